/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Logging on top of GLib's structured log. Levels: g_warning: the operator
 * must act; g_message: audit (login, power, configuration); g_info: normal
 * operation; g_debug: trace. Nothing that a peer sends may cause g_warning
 * or worse.
 */
#ifndef QEMU_BMC_UTIL_LOG_H
#define QEMU_BMC_UTIL_LOG_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * log_init: send the log to stderr (or to the journal when stderr is the
 * journal's) and drop what is below a level. May be called again to change
 * the level.
 *
 * @level: "error", "warning", "message", "info" or "debug"
 * @errp: BMC_ERROR_USAGE for another word
 *
 * Returns: true on success
 */
bool log_init(const char *level, GError **errp);

/**
 * log_escape: make text from outside fit for one log line: control
 * characters, quotes, backslashes and bytes that are not UTF-8 are written
 * as \xNN, and it is cut at @max bytes.
 *
 * @text: the bytes; need not be terminated
 * @len: their number, or -1 when terminated
 * @max: most bytes of @text to show
 *
 * Returns: (transfer full): printable text
 */
char *log_escape(const char *text, gssize len, size_t max);

/**
 * log_escape_line: as log_escape(), for text that is a line of its own and
 * not a word in quotes: quotes and backslashes stay as they are.
 *
 * @text: the bytes; need not be terminated
 * @len: their number, or -1 when terminated
 * @max: most bytes of @text to show
 *
 * Returns: (transfer full): printable text
 */
char *log_escape_line(const char *text, gssize len, size_t max);

/**
 * LogLimit: allows a burst of lines and then a few per minute, for events
 * that a peer can cause at will; zero is a fresh limit.
 */
typedef struct LogLimit {
    int64_t window_start_ms;
    unsigned count;
    unsigned suppressed;
} LogLimit;

#define LOG_LIMIT_PER_MINUTE 20

/**
 * log_limit_allows: ask whether one more line may be written.
 *
 * @limit: the limit
 * @now_ms: monotonic milliseconds
 * @suppressed: set to the number of lines that were dropped since the last
 *              one allowed, so that the caller can mention it
 *
 * Returns: true if the line may be written
 */
bool log_limit_allows(LogLimit *limit, int64_t now_ms, unsigned *suppressed);

#endif /* QEMU_BMC_UTIL_LOG_H */
