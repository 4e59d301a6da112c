/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages of DMTF's ResourceEvent registry (DSP8011). */
#include "osdep.h"

#include "redfish/rf-event-messages.h"

#define REGISTRY "ResourceEvent.1.4."

static const RfMessage messages[RF_RESOURCE_EVENT__MAX] = {
    [RF_RESOURCE_CREATED] = {
        "ResourceCreated", 0, "OK", 0,
        "The resource was created successfully.", "None." },
    [RF_RESOURCE_REMOVED] = {
        "ResourceRemoved", 0, "OK", 0,
        "The resource was removed successfully.", "None." },
    [RF_RESOURCE_CHANGED] = {
        "ResourceChanged", 0, "OK", 0,
        "One or more resource properties have changed.", "None." },
    [RF_RESOURCE_ERRORS_DETECTED] = {
        "ResourceErrorsDetected", 0, "Warning", 2,
        "The resource property %1 has detected errors of type '%2'.",
        "Resolution is dependent upon error type." },
    [RF_RESOURCE_ERROR_THRESHOLD_EXCEEDED] = {
        "ResourceErrorThresholdExceeded", 0, "Critical", 2,
        "The resource property %1 has exceeded error threshold of value %2.",
        "None." },
    [RF_RESOURCE_ERROR_THRESHOLD_CLEARED] = {
        "ResourceErrorThresholdCleared", 0, "OK", 2,
        "The resource property %1 has cleared the error threshold of value "
        "%2.", "None." },
    [RF_RESOURCE_WARNING_THRESHOLD_EXCEEDED] = {
        "ResourceWarningThresholdExceeded", 0, "Warning", 2,
        "The resource property %1 has exceeded its warning threshold of "
        "value %2.", "None." },
    [RF_RESOURCE_WARNING_THRESHOLD_CLEARED] = {
        "ResourceWarningThresholdCleared", 0, "OK", 2,
        "The resource property %1 has cleared the warning threshold of "
        "value %2.", "None." },
    [RF_RESOURCE_STATE_CHANGED] = {
        "ResourceStateChanged", 0, "OK", 2,
        "The state of resource '%1' has changed to %2.", "None." },
    [RF_RESOURCE_POWERED_ON] = {
        "ResourcePoweredOn", 0, "OK", 1,
        "The resource '%1' has powered on.", "None." },
    [RF_RESOURCE_POWERING_ON] = {
        "ResourcePoweringOn", 0, "OK", 1,
        "The resource '%1' is powering on.", "None." },
    [RF_RESOURCE_POWERED_OFF] = {
        "ResourcePoweredOff", 0, "OK", 1,
        "The resource '%1' has powered off.", "None." },
    [RF_RESOURCE_POWERING_OFF] = {
        "ResourcePoweringOff", 0, "OK", 1,
        "The resource '%1' is powering off.", "None." },
    [RF_RESOURCE_PAUSED] = {
        "ResourcePaused", 0, "OK", 1,
        "The resource '%1' was paused.", "None." },
    [RF_RESOURCE_TEST_MESSAGE] = {
        "TestMessage", 0, "OK", 0, "Test message.", "None." },
};

JsonObject *rf_resource_event(RfResourceEvent id, const char *arg1,
                              const char *arg2)
{
    const char *const args[RF_MESSAGE_ARGS_MAX] = { arg1, arg2 };

    return rf_message_object(REGISTRY, &messages[id], NULL, NULL, args);
}
