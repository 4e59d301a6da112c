/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Places at which a test ends the process. Only in builds for debugging. */
#include "osdep.h"

#include "util/crash-point.h"

#include <glib.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

void crash_point_pass(const char *what)
{
    static int passed;
    const char *at = g_getenv("BMC_TEST_CRASH_AT");
    int n;

    if (!at) {
        return;
    }
    n = g_atomic_int_add(&passed, 1) + 1;
    if (n == g_ascii_strtoll(at, NULL, 10)) {
        fprintf(stderr, "crash point %d: %s\n", n, what);
        fflush(stderr);
        kill(getpid(), SIGKILL);
    }
}
