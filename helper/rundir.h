/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The run directory: where others find us. "pid" and "endpoints.json"
 * appear, each in one step, and go when the helper ends in good order.
 */
#ifndef QEMU_BMC_RUNDIR_H
#define QEMU_BMC_RUNDIR_H

#include <glib.h>
#include <json-glib/json-glib.h>
#include <stdbool.h>

/**
 * rundir_prepare: make the directory, mode 0700, take it for this process,
 * remove what an earlier helper left there, and write "pid".
 *
 * @dir: the directory
 * @errp: BMC_ERROR_USAGE when another helper has it, BMC_ERROR_PERMISSION or
 *        BMC_ERROR_FAILED, saying what to do
 *
 * Returns: the lock, a descriptor for rundir_clean(), or -1
 */
int rundir_prepare(const char *dir, GError **errp);

/**
 * rundir_publish: write "endpoints.json": whoever sees it can connect.
 *
 * @dir: the directory
 * @endpoints: service name to address
 * @errp: BMC_ERROR_FAILED
 *
 * Returns: true on success
 */
bool rundir_publish(const char *dir, JsonObject *endpoints, GError **errp);

/**
 * rundir_clean: remove "endpoints.json" and "pid", and give the directory
 * free.
 *
 * @dir: the directory
 * @lock: from rundir_prepare(); closed
 */
void rundir_clean(const char *dir, int lock);

#endif /* QEMU_BMC_RUNDIR_H */
