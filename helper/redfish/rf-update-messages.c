/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages of DMTF's Update registry (DSP8011), and other answers. */
#include "osdep.h"

#include "redfish/rf-update.h"

#include "util/error.h"

#define REGISTRY "Update.1.3."

enum {
    TARGET_DETERMINED,
    TRANSFER_FAILED,
    VERIFICATION_FAILED,
    APPLY_FAILED,
    AWAIT_TO_ACTIVATE,
};

static const RfMessage messages_table[] = {
    [TARGET_DETERMINED] = {
        "TargetDetermined", 0, "OK", 2,
        "The target device '%1' will be updated with image '%2'.",
        "None." },
    [TRANSFER_FAILED] = {
        "TransferFailed", 0, "Critical", 2,
        "Transfer of image '%1' to '%2' failed.", "None." },
    [VERIFICATION_FAILED] = {
        "VerificationFailed", 0, "Critical", 2,
        "Verification of image '%1' at '%2' failed.", "None." },
    [APPLY_FAILED] = {
        "ApplyFailed", 0, "Critical", 2,
        "Installation of image '%1' to '%2' failed.", "None." },
    [AWAIT_TO_ACTIVATE] = {
        "AwaitToActivate", 0, "OK", 2,
        "Awaiting for an action to proceed with activating image '%1' on "
        "'%2'.",
        "Perform the requested action to advance the update operation." },
};

static void add(JsonArray *array, unsigned which, const char *first,
                const char *second, const char *resolution)
{
    const char *const args[RF_MESSAGE_ARGS_MAX] = { first, second };

    json_array_add_object_element(
        array, rf_message_object(REGISTRY, &messages_table[which], NULL,
                                 resolution, args));
}

char *rf_update_sentence(const GError *err)
{
    g_autofree char *valid = g_utf8_make_valid(err->message, -1);
    char *text = g_strconcat(valid, ".", NULL);

    text[0] = g_ascii_toupper(text[0]);
    return text;
}

bool rf_update_task_messages(const Bmc *bmc, const BmcTask *task,
                             JsonArray *array)
{
    static const unsigned failed[] = {
        [BMC_UPDATE_TRANSFER] = TRANSFER_FAILED,
        [BMC_UPDATE_VERIFY] = VERIFICATION_FAILED,
        [BMC_UPDATE_STAGE] = APPLY_FAILED,
        [BMC_UPDATE_STAGED] = APPLY_FAILED,
    };
    const BmcUpdateOutcome *outcome = bmc_update_outcome(bmc, task->id);
    g_autofree char *target = NULL;

    if (!outcome) {
        return false;
    }
    target = outcome->known ?
             g_strdup_printf(RF_FIRMWARE_INVENTORY "/%s",
                             rf_update_ids[outcome->target]) :
             g_strdup(RF_UPDATE_SERVICE);
    if (outcome->known) {
        add(array, TARGET_DETERMINED, target, outcome->image, NULL);
    }
    if (outcome->step == BMC_UPDATE_STAGED) {
        add(array, AWAIT_TO_ACTIVATE, outcome->image, target,
            "Switch the machine on, or restart it with PowerCycle or "
            "ForceRestart; a restart by its operating system does not do.");
    }
    if (task->error && task->state == BMC_TASK_EXCEPTION) {
        g_autofree char *reason = rf_update_sentence(task->error);

        add(array, failed[outcome->step], outcome->image, target, reason);
        return true;
    }
    return false;
}

void rf_update_add_error(RfMessages *messages, const char *action,
                         const char *image, const GError *err)
{
    g_autofree char *scheme = image ? g_uri_parse_scheme(image) : NULL;
    g_autofree char *reason = rf_update_sentence(err);

    if (err->domain != BMC_ERROR) {
        rf_messages_add_error(messages, err);
        return;
    }
    switch (err->code) {
    case BMC_ERROR_INVALID:
        rf_messages_add(messages, RF_MESSAGE_ACTION_PARAMETER_VALUE_ERROR,
                        "/ImageURI", reason, "ImageURI", action, NULL);
        break;
    case BMC_ERROR_PERMISSION:
        rf_messages_add(messages, RF_MESSAGE_INSUFFICIENT_PRIVILEGE, NULL,
                        reason, NULL);
        break;
    case BMC_ERROR_NOT_SUPPORTED:
        if (scheme && strcmp(scheme, "http") && strcmp(scheme, "https")) {
            rf_messages_add(messages,
                            RF_MESSAGE_SOURCE_DOES_NOT_SUPPORT_PROTOCOL,
                            NULL, reason, image, scheme, NULL);
        } else {
            rf_messages_add(messages, RF_MESSAGE_ACTION_NOT_SUPPORTED, NULL,
                            reason, action, NULL);
        }
        break;
    default:
        rf_messages_add_error(messages, err);
        break;
    }
}

/* What a URI that updates are aimed at stands for; 0 if for nothing. */
static unsigned target_of(const char *uri)
{
    g_autofree char *path = g_strdup(uri);
    size_t len = strlen(path);
    unsigned i;

    if (len && path[len - 1] == '/') {
        path[len - 1] = '\0';
    }
    /* The image tells which of the two it is for. */
    if (g_str_equal(path, "/redfish/v1/Systems/1") ||
        g_str_equal(path, "/redfish/v1/Systems/1/Bios")) {
        return BMC_UPDATE_ALL;
    }
    for (i = 0; i < BMC_UPDATE__MAX; i++) {
        g_autofree char *one = g_strdup_printf(RF_FIRMWARE_INVENTORY "/%s",
                                               rf_update_ids[i]);

        if (g_str_equal(path, one)) {
            return 1u << i;
        }
    }
    return 0;
}

static bool read_list(const RfPatch *patch, const char *name,
                      const char *action, unsigned *mask, bool *any,
                      RfMessages *messages)
{
    const RfValue *value = rf_patch_get(patch, NULL, name);
    g_autofree char *pointer = g_strconcat("/", name, NULL);
    JsonArray *array;
    guint n, i;

    *mask = 0;
    *any = false;
    if (!value || value->null) {
        return true;
    }
    array = json_node_get_array(value->node);
    n = json_array_get_length(array);
    if (n > RF_UPDATE_TARGETS_MAX) {
        rf_messages_add(messages, RF_MESSAGE_ARRAY_SIZE_TOO_LONG, pointer,
                        NULL, name, G_STRINGIFY(RF_UPDATE_TARGETS_MAX), NULL);
        return false;
    }
    for (i = 0; i < n; i++) {
        const char *uri = json_array_get_string_element(array, i);
        unsigned target = target_of(uri);

        if (!target) {
            rf_messages_add(messages,
                            RF_MESSAGE_ACTION_PARAMETER_VALUE_NOT_IN_LIST,
                            pointer,
                            "Use a member of FirmwareInventory that is "
                            "Updateable, or /redfish/v1/Systems/1.",
                            uri, name, action, NULL);
            return false;
        }
        *mask |= target;
        *any = true;
    }
    return true;
}

bool rf_update_read_targets(const RfPatch *patch, const char *action,
                            unsigned *targets, RfMessages *messages)
{
    unsigned excluded;
    bool any;
    bool any_excluded;

    if (!read_list(patch, "Targets", action, targets, &any, messages) ||
        !read_list(patch, "ExcludeTargets", action, &excluded, &any_excluded,
                   messages)) {
        return false;
    }
    if (!any) {
        *targets = BMC_UPDATE_ALL & ~excluded;
    }
    if (!*targets) {
        rf_messages_add(messages, RF_MESSAGE_ACTION_PARAMETER_VALUE_ERROR,
                        "/ExcludeTargets", NULL, "ExcludeTargets", action,
                        NULL);
    }
    return *targets;
}
