/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program that the configuration names, run for its effect. Nothing that
 * comes from outside is ever part of its command line, and no shell reads it.
 *
 * What it starts and leaves behind (a daemon) may keep its output open: that
 * is no pipe, so nobody waits for its end, and writing to it never kills.
 */
#ifndef QEMU_BMC_UTIL_COMMAND_H
#define QEMU_BMC_UTIL_COMMAND_H

#include <glib.h>
#include <stdbool.h>

#include "util/clock.h"

/* What it writes beyond that is lost; so are its lines beyond those. */
#define COMMAND_OUTPUT_MAX 65536
#define COMMAND_LINES_MAX 20

typedef struct Command Command;

/**
 * CommandConfig: what to run.
 *
 * @name: what it is called in the log and in errors: "on-command"
 * @argv: the command line; the program is looked for in PATH
 * @env: (nullable): "NAME=value" each, added to our own environment without
 *       what is ours alone (password, systemd's sockets); NULL-terminated
 */
typedef struct CommandConfig {
    const char *name;
    const char *const *argv;
    const char *const *env;
} CommandConfig;

/**
 * CommandFunc: called once when the program has ended and what it wrote is in
 * the log; the Command may be freed from within.
 *
 * @err: NULL when it ended with exit status 0; else BMC_ERROR_FAILED that
 *       says how it ended, without what it wrote: that may be nothing for
 *       clients
 * @opaque: as given
 */
typedef void (*CommandFunc)(const GError *err, void *opaque);

/**
 * command_parse: split a command line as a shell would, without being one,
 * and look for its program.
 *
 * @name: as in CommandConfig, for errors
 * @text: the command line
 * @errp: BMC_ERROR_USAGE when it cannot be split or has no program that can
 *        be run
 *
 * Returns: (transfer full): the arguments, or NULL
 */
char **command_parse(const char *name, const char *text, GError **errp);

/**
 * command_start: run a program in a session of its own, with nothing on its
 * standard input.
 *
 * @config: what to run; copied
 * @clock: for command_end()
 * @ended: called when it has ended
 * @opaque: handed to @ended
 * @errp: BMC_ERROR_FAILED
 *
 * Returns: (transfer full): the running program, or NULL
 */
Command *command_start(const CommandConfig *config, Clock *clock,
                       CommandFunc ended, void *opaque, GError **errp);

/**
 * command_end: end it, with all that it has started in its session: SIGTERM,
 * and SIGKILL after 5 s. @ended is called as ever.
 *
 * @command: the program
 */
void command_end(Command *command);

/**
 * command_free: wait for it no longer; one that runs goes on.
 *
 * @command: the program, or NULL
 */
void command_free(Command *command);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Command, command_free)

#endif /* QEMU_BMC_UTIL_COMMAND_H */
