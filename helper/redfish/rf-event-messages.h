/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages of DMTF's ResourceEvent registry (DSP8011). */
#ifndef QEMU_BMC_REDFISH_RF_EVENT_MESSAGES_H
#define QEMU_BMC_REDFISH_RF_EVENT_MESSAGES_H

#include "redfish/rf-error.h"

/**
 * RfResourceEvent: the messages in use; each has the key of the same
 * spelling in the registry.
 */
typedef enum RfResourceEvent {
    RF_RESOURCE_CREATED,
    RF_RESOURCE_REMOVED,
    RF_RESOURCE_CHANGED,
    RF_RESOURCE_ERRORS_DETECTED,
    RF_RESOURCE_ERROR_THRESHOLD_EXCEEDED,
    RF_RESOURCE_ERROR_THRESHOLD_CLEARED,
    RF_RESOURCE_WARNING_THRESHOLD_EXCEEDED,
    RF_RESOURCE_WARNING_THRESHOLD_CLEARED,
    RF_RESOURCE_STATE_CHANGED,
    RF_RESOURCE_POWERED_ON,
    RF_RESOURCE_POWERING_ON,
    RF_RESOURCE_POWERED_OFF,
    RF_RESOURCE_POWERING_OFF,
    RF_RESOURCE_PAUSED,
    RF_RESOURCE_TEST_MESSAGE,
    RF_RESOURCE_EVENT__MAX,
} RfResourceEvent;

/**
 * rf_resource_event: make a message.
 *
 * @id: which
 * @arg1: (nullable): its first argument
 * @arg2: (nullable): its second argument
 *
 * Returns: (transfer full): JSON (DSP0268 Message)
 */
JsonObject *rf_resource_event(RfResourceEvent id, const char *arg1,
                              const char *arg2);

#endif /* QEMU_BMC_REDFISH_RF_EVENT_MESSAGES_H */
