/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Updates of firmware: what the files of the service share. */
#ifndef QEMU_BMC_REDFISH_RF_UPDATE_H
#define QEMU_BMC_REDFISH_RF_UPDATE_H

#include "bmc/tasks.h"
#include "bmc/update.h"
#include "redfish/rf-error.h"
#include "redfish/rf-exchange.h"

#define RF_UPDATE_SERVICE "/redfish/v1/UpdateService"
#define RF_UPDATE_PUSH RF_UPDATE_SERVICE "/update-multipart"
#define RF_FIRMWARE_INVENTORY RF_UPDATE_SERVICE "/FirmwareInventory"
#define RF_SOFTWARE_INVENTORY RF_UPDATE_SERVICE "/SoftwareInventory"
#define RF_FIRMWARE_BIOS RF_FIRMWARE_INVENTORY "/BIOS"

#define RF_UPDATE_TARGETS_MAX 8

/* Their ids below RF_FIRMWARE_INVENTORY, by BmcUpdateTarget. */
extern const char *const rf_update_ids[BMC_UPDATE__MAX];

/* POST of a form with an image. */
extern const RfUpload rf_update_push;

/**
 * rf_update_is_enabled: whether anything can be updated.
 *
 * @bmc: the hub
 *
 * Returns: true if so
 */
bool rf_update_is_enabled(const Bmc *bmc);

/**
 * rf_update_read_targets: read parameters "Targets" and "ExcludeTargets".
 *
 * @patch: the parameters
 * @action: what they are parameters of, for messages
 * @targets: set to BmcUpdateRequest.targets
 * @messages: gets a message for what is no target
 *
 * Returns: true on success
 */
bool rf_update_read_targets(const RfPatch *patch, const char *action,
                            unsigned *targets, RfMessages *messages);

/**
 * rf_update_sentence: what is wrong, for people.
 *
 * @err: the error
 *
 * Returns: (transfer full): its text as a sentence
 */
char *rf_update_sentence(const GError *err);

/**
 * rf_update_add_error: append why an update was not begun.
 *
 * @messages: the list
 * @action: what was to be done
 * @image: (nullable): what was to be fetched
 * @err: why not
 */
void rf_update_add_error(RfMessages *messages, const char *action,
                         const char *image, const GError *err);

/**
 * rf_update_task_messages: append what the Update registry (DSP8011) says
 * about a task.
 *
 * @bmc: the hub
 * @task: the task
 * @array: where to; nothing is appended for other tasks
 *
 * Returns: true if that says why it has failed
 */
bool rf_update_task_messages(const Bmc *bmc, const BmcTask *task,
                             JsonArray *array);

#endif /* QEMU_BMC_REDFISH_RF_UPDATE_H */
