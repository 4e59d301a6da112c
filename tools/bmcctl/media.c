/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtual media. */
#include "osdep.h"

#include <stdio.h>

#include "commands.h"
#include "upload.h"
#include "util/error.h"

#define MEDIA "VirtualMedia"

/* Newer BMCs have them below the system, older ones below the manager. */
static char *find_media(Ctl *ctl, GError **errp)
{
    char *path = ctl_follow(ctl, NULL, "Systems", MEDIA, NULL);

    return path ?: ctl_follow(ctl, errp, "Managers", MEDIA, NULL);
}

static GPtrArray *get_slots(Ctl *ctl, GError **errp)
{
    g_autofree char *path = find_media(ctl, errp);

    return path ? ctl_members(ctl, path, errp) : NULL;
}

/* What a BMC that takes uploads says about them: Oem/QemuBmc. */
static JsonObject *get_images(Ctl *ctl, GError **errp)
{
    g_autofree char *path = find_media(ctl, errp);
    g_autoptr(JsonObject) media = path ? ctl_get(ctl, path, errp) : NULL;
    JsonNode *node = media ? ctl_node(media, "Oem/QemuBmc") : NULL;

    if (media && (!node || !JSON_NODE_HOLDS_OBJECT(node) ||
                  !ctl_text(media, "Oem/QemuBmc/UploadUri"))) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_SUPPORTED,
                    "images cannot be uploaded to this BMC");
        node = NULL;
    }
    return node ? json_object_ref(json_node_get_object(node)) : NULL;
}

static JsonObject *find_slot(GPtrArray *slots, const char *id, GError **errp)
{
    unsigned i;

    for (i = 0; i < slots->len; i++) {
        const char *text = ctl_text(slots->pdata[i], "Id");

        if (text && g_ascii_strcasecmp(text, id) == 0) {
            return slots->pdata[i];
        }
    }
    g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_FOUND,
                "there is no drive '%s' (bmcctl media list shows them)", id);
    return NULL;
}

static bool media_list(Ctl *ctl, const char *data, char **args,
                       GError **errp)
{
    g_autoptr(GPtrArray) slots = get_slots(ctl, errp);
    unsigned i;

    if (!slots) {
        return false;
    }
    if (ctl_json(ctl)) {
        ctl_print_all(slots);
        return true;
    }
    printf("%-10s %-8s %s\n", "DRIVE", "MEDIUM", "IMAGE");
    for (i = 0; i < slots->len; i++) {
        JsonObject *slot = slots->pdata[i];

        printf("%-10s %-8s %s\n", ctl_text(slot, "Id") ?: "-",
               ctl_true(slot, "Inserted") ? "in" : "none",
               ctl_text(slot, "Image") ?: "-");
    }
    return true;
}

static bool act(Ctl *ctl, const char *id, const char *action,
                JsonObject *body, GError **errp)
{
    g_autoptr(GPtrArray) slots = get_slots(ctl, errp);
    JsonObject *slot = slots ? find_slot(slots, id, errp) : NULL;
    const char *target = slot ? ctl_action(slot, action, errp) : NULL;
    g_autoptr(JsonObject) answer = NULL;

    if (target) {
        answer = ctl_call(ctl, "POST", target, body, errp);
    }
    return answer;
}

/* What is neither a URL nor an address on the BMC is a file. */
static bool is_here(const char *image)
{
    return !strstr(image, "://") &&
           (!g_str_has_prefix(image, "/redfish/") ||
            g_file_test(image, G_FILE_TEST_EXISTS));
}

static bool media_insert(Ctl *ctl, const char *data, char **args,
                         GError **errp)
{
    g_autoptr(JsonObject) body = json_object_new();
    g_autoptr(GPtrArray) slots = NULL;
    g_autofree char *uri = NULL;

    if (is_here(args[1])) {
        g_autoptr(JsonObject) images = get_images(ctl, errp);

        /* Not to upload it in vain */
        slots = images ? get_slots(ctl, errp) : NULL;
        if (!slots || !find_slot(slots, args[0], errp)) {
            return false;
        }
        uri = upload_image(ctl, ctl_text(images, "UploadUri"), args[1],
                           errp);
        if (!uri) {
            return false;
        }
    }
    json_object_set_string_member(body, "Image", uri ?: args[1]);
    return act(ctl, args[0], "#VirtualMedia.InsertMedia", body, errp);
}

static bool media_images(Ctl *ctl, const char *data, char **args,
                         GError **errp)
{
    g_autoptr(JsonObject) images = get_images(ctl, errp);
    JsonNode *node = images ? ctl_node(images, "Images") : NULL;
    JsonArray *list = node && JSON_NODE_HOLDS_ARRAY(node)
                      ? json_node_get_array(node) : NULL;
    unsigned i;

    if (!images) {
        return false;
    }
    if (ctl_json(ctl)) {
        ctl_print(images);
        return true;
    }
    printf("%-32s %12s %-10s %s\n", "IMAGE", "MIB", "STATE", "DRIVE");
    for (i = 0; list && i < json_array_get_length(list); i++) {
        JsonNode *one = json_array_get_element(list, i);
        JsonObject *image = JSON_NODE_HOLDS_OBJECT(one)
                            ? json_node_get_object(one) : NULL;
        double size = 0;

        if (image) {
            ctl_number(image, "SizeBytes", &size);
            printf("%-32s %12.1f %-10s %s\n", ctl_text(image, "Name") ?: "-",
                   size / (1 << 20),
                   ctl_true(image, "Complete") ? "complete" : "partial",
                   ctl_text(image, "Drive") ?: "-");
        }
    }
    return true;
}

static bool media_delete(Ctl *ctl, const char *data, char **args,
                         GError **errp)
{
    g_autoptr(JsonObject) images = get_images(ctl, errp);
    g_autofree char *name = g_uri_escape_string(args[0], NULL, false);
    g_autofree char *path = NULL;
    g_autoptr(JsonObject) answer = NULL;

    if (images) {
        path = g_strconcat(ctl_text(images, "UploadUri"), "/", name, NULL);
        answer = ctl_call(ctl, "DELETE", path, NULL, errp);
    }
    return answer;
}

static bool media_eject(Ctl *ctl, const char *data, char **args,
                        GError **errp)
{
    g_autoptr(JsonObject) body = json_object_new();

    return act(ctl, args[0], "#VirtualMedia.EjectMedia", body, errp);
}

const CtlCommand ctl_media_commands[] = {
    { "media list", "", "Show the drives and what is in them", media_list,
      NULL },
    { "media insert", "DRIVE URL|FILE",
      "Insert an image; upload it first if it is here", media_insert, NULL },
    { "media eject", "DRIVE", "Take it out", media_eject, NULL },
    { "media images", "", "Show the images that were uploaded", media_images,
      NULL },
    { "media delete", "IMAGE", "Remove one of them", media_delete, NULL },
    { NULL }
};
