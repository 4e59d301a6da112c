/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Firmware: what there is, and updates of it. */
#include "osdep.h"

#include <libsoup/soup.h>
#include <stdio.h>

#include "commands.h"
#include "util/error.h"
#include "util/json.h"

#define ROOT "/redfish/v1/"
#define POLL_MS 200

static char *get_service(Ctl *ctl, GError **errp)
{
    return ctl_link(ctl, ROOT, "UpdateService", errp);
}

static GPtrArray *get_inventory(Ctl *ctl, GError **errp)
{
    g_autofree char *service = get_service(ctl, errp);
    g_autofree char *path = service ? ctl_link(ctl, service,
                                               "FirmwareInventory", errp) :
                            NULL;

    return path ? ctl_members(ctl, path, errp) : NULL;
}

static JsonObject *find_item(GPtrArray *items, const char *id, GError **errp)
{
    unsigned i;

    for (i = 0; i < items->len; i++) {
        const char *text = ctl_text(items->pdata[i], "Id");

        if (text && g_ascii_strcasecmp(text, id) == 0) {
            return items->pdata[i];
        }
    }
    g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_FOUND,
                "there is no firmware '%s' (bmcctl firmware list shows it)",
                id);
    return NULL;
}

static bool firmware_list(Ctl *ctl, const char *data, char **args,
                          GError **errp)
{
    g_autoptr(GPtrArray) items = get_inventory(ctl, errp);
    unsigned i;

    if (!items) {
        return false;
    }
    if (ctl_json(ctl)) {
        ctl_print_all(items);
        return true;
    }
    printf("%-22s %-10s %-24s %s\n", "ID", "UPDATE", "VERSION", "NAME");
    for (i = 0; i < items->len; i++) {
        JsonObject *item = items->pdata[i];

        printf("%-22s %-10s %-24s %s\n", ctl_text(item, "Id") ?: "-",
               ctl_true(item, "Staged") ? "staged" :
               ctl_true(item, "Updateable") ? "possible" : "no",
               ctl_text(item, "Version") ?: "-",
               ctl_text(item, "Name") ?: "-");
    }
    return true;
}

/* Updates */

static JsonObject *make_parameters(Ctl *ctl, const char *id, GError **errp)
{
    g_autoptr(JsonObject) parameters = json_object_new();
    g_autoptr(GPtrArray) items = NULL;
    JsonArray *targets;
    JsonObject *item;

    if (id) {
        items = get_inventory(ctl, errp);
        item = items ? find_item(items, id, errp) : NULL;
        if (!item) {
            return NULL;
        }
        targets = json_array_new();
        json_array_add_string_element(targets, ctl_text(item, "@odata.id"));
        json_object_set_array_member(parameters, "Targets", targets);
    }
    return g_steal_pointer(&parameters);
}

static JsonObject *fetch(Ctl *ctl, JsonObject *service, const char *url,
                         JsonObject *parameters, GError **errp)
{
    const char *target = ctl_action(service, "#UpdateService.SimpleUpdate",
                                    errp);

    json_object_set_string_member(parameters, "ImageURI", url);
    return target ? ctl_call(ctl, "POST", target, parameters, errp) : NULL;
}

static GBytes *read_file(const char *path, GError **errp)
{
    g_autoptr(GError) err = NULL;
    char *data = NULL;
    gsize len;

    if (!g_file_get_contents(path, &data, &len, &err)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "cannot read the image: %s", err->message);
        return NULL;
    }
    return g_bytes_new_take(data, len);
}

/* DSP0266: UpdateParameters first. */
static GBytes *make_form(SoupMessageHeaders *headers, const char *path,
                         GBytes *image, JsonObject *parameters)
{
    g_autoptr(SoupMultipart) form = soup_multipart_new("multipart/form-data");
    g_autoptr(SoupMessageHeaders) part = soup_message_headers_new(
        SOUP_MESSAGE_HEADERS_MULTIPART);
    g_autofree char *name = g_path_get_basename(path);
    char *json = json_print(parameters);
    g_autoptr(GBytes) text = g_bytes_new_take(json, strlen(json));
    GBytes *body = NULL;

    soup_message_headers_append(part, "Content-Disposition",
                                "form-data; name=\"UpdateParameters\"");
    soup_message_headers_append(part, "Content-Type", "application/json");
    soup_multipart_append_part(form, part, text);
    soup_multipart_append_form_file(form, "UpdateFile", name,
                                    "application/octet-stream", image);
    soup_multipart_to_message(form, headers, &body);
    return body;
}

static JsonObject *push(Ctl *ctl, JsonObject *service, const char *path,
                        JsonObject *parameters, GError **errp)
{
    const char *uri = ctl_text(service, "MultipartHttpPushUri");
    g_autoptr(SoupMessage) msg = NULL;
    g_autoptr(GBytes) image = NULL;
    g_autoptr(GBytes) body = NULL;

    if (!uri) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_SUPPORTED,
                    "the BMC takes images from web servers only");
        return NULL;
    }
    image = read_file(path, errp);
    msg = image ? ctl_message(ctl, "POST", uri, errp) : NULL;
    if (!msg) {
        return NULL;
    }
    body = make_form(soup_message_get_request_headers(msg), path, image,
                     parameters);
    soup_message_set_request_body_from_bytes(msg, NULL, body);
    return ctl_send(ctl, msg, errp);
}

static bool is_over(JsonObject *task)
{
    static const char *const states[] = {
        "Completed", "Exception", "Cancelled", "Killed", "Interrupted", NULL,
    };
    const char *state = ctl_text(task, "TaskState");

    /* What is no task was done at once. */
    return !state || g_strv_contains(states, state);
}

/* What the Update registry has to say, with what to do about it. */
static char *describe(JsonObject *task)
{
    JsonNode *node = ctl_node(task, "Messages");
    JsonArray *array = node && JSON_NODE_HOLDS_ARRAY(node) ?
                       json_node_get_array(node) : NULL;
    GString *text = g_string_new(NULL);
    guint i;

    for (i = 0; array && i < json_array_get_length(array); i++) {
        JsonNode *one = json_array_get_element(array, i);
        JsonObject *object = JSON_NODE_HOLDS_OBJECT(one) ?
                             json_node_get_object(one) : NULL;
        const char *id = object ? ctl_text(object, "MessageId") : NULL;
        const char *message = id ? ctl_text(object, "Message") : NULL;
        const char *resolution = id ? ctl_text(object, "Resolution") : NULL;

        if (message && g_str_has_prefix(id, "Update.")) {
            g_string_append_printf(text, "%s%s", text->len ? "\n" : "",
                                   message);
            if (resolution && !g_str_equal(resolution, "None.")) {
                g_string_append_printf(text, " %s", resolution);
            }
        }
    }
    return g_string_free(text, FALSE);
}

static bool follow(Ctl *ctl, JsonObject *first, GError **errp)
{
    g_autoptr(JsonObject) task = json_object_ref(first);
    const char *path = ctl_text(first, "@odata.id");
    g_autofree char *text = NULL;
    const char *state;

    while (!is_over(task) && path) {
        g_poll(NULL, 0, POLL_MS);
        json_object_unref(task);
        task = ctl_get(ctl, path, errp);
        if (!task) {
            return false;
        }
    }
    state = ctl_text(task, "TaskState");
    text = describe(task);
    if (state && !g_str_equal(state, "Completed")) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_FAILED, "%s",
                    *text ? text : state);
        return false;
    }
    if (ctl_json(ctl)) {
        ctl_print(task);
    } else if (*text) {
        printf("%s\n", text);
    }
    return true;
}

static bool firmware_update(Ctl *ctl, const char *data, char **args,
                            GError **errp)
{
    g_autofree char *path = get_service(ctl, errp);
    g_autoptr(JsonObject) service = path ? ctl_get(ctl, path, errp) : NULL;
    g_autoptr(JsonObject) parameters = service ?
        make_parameters(ctl, args[1], errp) : NULL;
    g_autoptr(JsonObject) task = NULL;

    if (!parameters) {
        return false;
    }
    task = strstr(args[0], "://") ?
           fetch(ctl, service, args[0], parameters, errp) :
           push(ctl, service, args[0], parameters, errp);
    return task && follow(ctl, task, errp);
}

static bool firmware_remove(Ctl *ctl, const char *data, char **args,
                            GError **errp)
{
    g_autoptr(GPtrArray) items = get_inventory(ctl, errp);
    JsonObject *item = items ? find_item(items, args[0], errp) : NULL;
    const char *path = item ? ctl_text(item, "@odata.id") : NULL;
    g_autoptr(JsonObject) answer = path ?
        ctl_call(ctl, "DELETE", path, NULL, errp) : NULL;

    return answer;
}

const CtlCommand ctl_firmware_commands[] = {
    { "firmware list", "", "Show firmware, its version, and what is staged",
      firmware_list, NULL },
    { "firmware update", "FILE|URL [ID]",
      "Update firmware with the next start of the machine", firmware_update,
      NULL },
    { "firmware remove", "ID",
      "Drop what is staged, or go back to the original firmware",
      firmware_remove, NULL },
    { NULL }
};
