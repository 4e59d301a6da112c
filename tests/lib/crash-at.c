/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * To be preloaded: ends the process as if it had been killed when it is about
 * to call a function for a file. CRASH_AT is "rename:NAME" or "unlink:NAME".
 */
#include "osdep.h"

#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>

static void crash_at(const char *function, const char *path)
{
    const char *at = getenv("CRASH_AT");
    size_t len = strlen(function);
    const char *name = strrchr(path, '/');

    if (at && strncmp(at, function, len) == 0 && at[len] == ':' &&
        strcmp(at + len + 1, name ? name + 1 : path) == 0) {
        kill(getpid(), SIGKILL);
    }
}

int rename(const char *from, const char *to)
{
    int (*real)(const char *, const char *) = dlsym(RTLD_NEXT, "rename");

    crash_at("rename", to);
    return real(from, to);
}

int unlink(const char *path)
{
    int (*real)(const char *) = dlsym(RTLD_NEXT, "unlink");

    crash_at("unlink", path);
    return real(path);
}
