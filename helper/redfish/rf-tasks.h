/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tasks and what is said about them. */
#ifndef QEMU_BMC_REDFISH_RF_TASKS_H
#define QEMU_BMC_REDFISH_RF_TASKS_H

#include "bmc/tasks.h"
#include "redfish/rf-exchange.h"

#define RF_TASK_SERVICE "/redfish/v1/TaskService"
#define RF_TASKS RF_TASK_SERVICE "/Tasks"
#define RF_TASK_MONITORS RF_TASK_SERVICE "/TaskMonitors"

/**
 * rf_task_accepted: rf_exchange_accepted() for a task of the hub.
 *
 * @x: the exchange
 * @id: the task's number
 */
void rf_task_accepted(RfExchange *x, unsigned id);

/**
 * rf_task_message: the message of the TaskEvent registry (DSP8011) that
 * tells of a change.
 *
 * @task: the task
 * @change: what has happened
 *
 * Returns: (transfer full): JSON (DSP0268 Message)
 */
JsonObject *rf_task_message(const BmcTask *task, BmcTaskChange change);

#endif /* QEMU_BMC_REDFISH_RF_TASKS_H */
