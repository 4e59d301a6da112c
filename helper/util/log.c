/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where GLib's structured log goes, and what may go into it. */
#include "osdep.h"

#include "util/log.h"

#include <stdio.h>

#include "util/error.h"

#define LOG_WINDOW_MS 60000

typedef struct LogLevel {
    const char *name;
    GLogLevelFlags least; /* least severe level that is written */
} LogLevel;

static const LogLevel log_levels[] = {
    { "error", G_LOG_LEVEL_CRITICAL },
    { "warning", G_LOG_LEVEL_WARNING },
    { "message", G_LOG_LEVEL_MESSAGE },
    { "info", G_LOG_LEVEL_INFO },
    { "debug", G_LOG_LEVEL_DEBUG },
};

/*
 * GLib has one log writer per process and takes it once only, so the level
 * belongs to the process as well.
 */
static int log_least = G_LOG_LEVEL_INFO;

/* Levels that are worth a word; the others are what one expects to read. */
static const char *level_word(GLogLevelFlags level)
{
    if (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL)) {
        return "error: ";
    }
    if (level & G_LOG_LEVEL_WARNING) {
        return "warning: ";
    }
    return level & G_LOG_LEVEL_DEBUG ? "debug: " : "";
}

static const char *field_text(const GLogField *fields, gsize n,
                              const char *key)
{
    gsize i;

    for (i = 0; i < n; i++) {
        if (g_str_equal(fields[i].key, key) && fields[i].length < 0) {
            return fields[i].value;
        }
    }
    return NULL;
}

/* One call of fputs(), so that lines of several processes do not mix. */
static void write_line(GLogLevelFlags level, const char *domain,
                       const char *message)
{
    g_autoptr(GString) line = g_string_new(NULL);
    gsize start;

    if (!isatty(STDERR_FILENO)) {
        g_autoptr(GDateTime) now = g_date_time_new_now_local();
        g_autofree char *stamp =
            now ? g_date_time_format(now, "%Y-%m-%dT%H:%M:%S%z ") : NULL;

        g_string_append(line, stamp ? stamp : "");
    }
    g_string_append_printf(line, "qemu-bmc: %s", level_word(level));
    if (domain) {
        g_string_append_printf(line, "%s: ", domain);
    }
    start = line->len;
    g_string_append(line, message);
    for (; start < line->len; start++) {
        if (g_ascii_iscntrl(line->str[start])) {
            line->str[start] = ' ';
        }
    }
    g_string_append_c(line, '\n');
    fputs(line->str, stderr);
}

static GLogWriterOutput log_writer(GLogLevelFlags level,
                                   const GLogField *fields, gsize n,
                                   gpointer opaque)
{
    const char *domain = field_text(fields, n, "GLIB_DOMAIN");
    const char *message = field_text(fields, n, "MESSAGE");
    GLogLevelFlags least = g_atomic_int_get(&log_least);

    if (g_strcmp0(domain, G_LOG_DOMAIN) == 0) {
        domain = NULL;
    } else if (least > G_LOG_LEVEL_MESSAGE) {
        /* The libraries' traces are for their own developers. */
        least = G_LOG_LEVEL_MESSAGE;
    }
    if ((level & G_LOG_LEVEL_MASK) > least) {
        return G_LOG_WRITER_HANDLED;
    }
    if (g_log_writer_is_journald(fileno(stderr)) &&
        g_log_writer_journald(level, fields, n, NULL) ==
        G_LOG_WRITER_HANDLED) {
        return G_LOG_WRITER_HANDLED;
    }
    write_line(level, domain, message ? message : "");
    return G_LOG_WRITER_HANDLED;
}

static bool is_plain(gunichar c)
{
    GUnicodeType type = g_unichar_type(c);

    return g_unichar_isprint(c) && type != G_UNICODE_LINE_SEPARATOR &&
           type != G_UNICODE_PARAGRAPH_SEPARATOR;
}

static char *escape(const char *text, gssize len, size_t max,
                    const char *special)
{
    size_t n = len < 0 ? strnlen(text, max) : MIN((size_t)len, max);
    GString *out = g_string_sized_new(n);
    size_t i = 0;

    while (i < n) {
        gunichar c = g_utf8_get_char_validated(text + i, n - i);
        bool valid = c != (gunichar)-1 && c != (gunichar)-2;
        size_t bytes = valid ? g_unichar_to_utf8(c, NULL) : 1;

        if (valid && is_plain(c) && (c > 0x7f || !strchr(special, c))) {
            g_string_append_len(out, text + i, bytes);
            i += bytes;
            continue;
        }
        for (; bytes > 0; bytes--, i++) {
            g_string_append_printf(out, "\\x%02x", (uint8_t)text[i]);
        }
    }
    return g_string_free(out, FALSE);
}

bool log_init(const char *level, GError **errp)
{
    static gsize once;
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(log_levels); i++) {
        if (!g_str_equal(level, log_levels[i].name)) {
            continue;
        }
        g_atomic_int_set(&log_least, log_levels[i].least);
        if (g_once_init_enter(&once)) {
            g_log_set_writer_func(log_writer, NULL, NULL);
            g_once_init_leave(&once, 1);
        }
        return true;
    }
    g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                "log level '%s' is none of error, warning, message, info "
                "and debug", level);
    return false;
}

char *log_escape(const char *text, gssize len, size_t max)
{
    return escape(text, len, max, "\"'\\");
}

char *log_escape_line(const char *text, gssize len, size_t max)
{
    return escape(text, len, max, "");
}

bool log_limit_allows(LogLimit *limit, int64_t now_ms, unsigned *suppressed)
{
    if (now_ms - limit->window_start_ms >= LOG_WINDOW_MS) {
        limit->window_start_ms = now_ms;
        limit->count = 0;
    }
    if (limit->count >= LOG_LIMIT_PER_MINUTE) {
        limit->suppressed++;
        return false;
    }
    limit->count++;
    *suppressed = limit->suppressed;
    limit->suppressed = 0;
    return true;
}
