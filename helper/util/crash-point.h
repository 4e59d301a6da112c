/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Places at which a test ends the process as if it had been killed, to see
 * that the next one finds the truth again. BMC_TEST_CRASH_AT=N in the
 * environment ends it at the Nth place that is passed, counted from 1; a test
 * counts N up until the process lives. Builds that are not for debugging,
 * which packages are, have none of this (meson option "crash_points").
 */
#ifndef QEMU_BMC_UTIL_CRASH_POINT_H
#define QEMU_BMC_UTIL_CRASH_POINT_H

/**
 * crash_point: a place between two steps.
 *
 * @what: what has just been done or is about to be, for the log of a test: a
 *        string constant
 */
#ifdef QEMU_BMC_CRASH_POINTS
#define crash_point(what) crash_point_pass(what)
#else
#define crash_point(what) ((void)0)
#endif

/**
 * crash_point_pass: count, and end the process with SIGKILL if it is this
 * place's turn. For crash_point() only.
 *
 * @what: as there
 */
void crash_point_pass(const char *what);

#endif /* QEMU_BMC_UTIL_CRASH_POINT_H */
