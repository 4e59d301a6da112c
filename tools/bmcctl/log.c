/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The event log, and events as they come. */
#include "osdep.h"

#include <stdio.h>

#include "commands.h"
#include "util/error.h"
#include "util/json.h"

/* One event, as Server-Sent Events have it. */
#define LINE_MAX_BYTES (1 << 20)
/* Between two attempts to get a stream again. */
#define WAIT_MAX_S 30

/* Returns the System Event Log, or the first log that there is. */
static JsonObject *get_log(Ctl *ctl, GError **errp)
{
    g_autofree char *path = ctl_follow(ctl, errp, "Systems", "LogServices",
                                       NULL);
    g_autoptr(GPtrArray) logs = path ? ctl_members(ctl, path, errp) : NULL;
    unsigned i;

    if (!logs) {
        return NULL;
    }
    for (i = 0; i < logs->len; i++) {
        if (g_strcmp0(ctl_text(logs->pdata[i], "LogEntryType"), "SEL") == 0) {
            return json_object_ref(logs->pdata[i]);
        }
    }
    if (!logs->len) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_SUPPORTED,
                    "this BMC has no log");
        return NULL;
    }
    return json_object_ref(logs->pdata[0]);
}

static bool log_list(Ctl *ctl, const char *data, char **args, GError **errp)
{
    g_autoptr(JsonObject) log = get_log(ctl, errp);
    const char *path = log ? ctl_text(log, "Entries/@odata.id") : NULL;
    g_autoptr(GPtrArray) entries = path ? ctl_members(ctl, path, errp) : NULL;
    unsigned i;

    if (!entries) {
        return false;
    }
    if (ctl_json(ctl)) {
        ctl_print_all(entries);
        return true;
    }
    for (i = 0; i < entries->len; i++) {
        JsonObject *entry = entries->pdata[i];

        printf("%-5s %-25s %-8s %s\n", ctl_text(entry, "Id") ?: "-",
               ctl_text(entry, "Created") ?: "-",
               ctl_text(entry, "Severity") ?: "-",
               ctl_text(entry, "Message") ?: "-");
    }
    return true;
}

static bool log_clear(Ctl *ctl, const char *data, char **args, GError **errp)
{
    g_autoptr(JsonObject) log = get_log(ctl, errp);
    const char *target = log ? ctl_action(log, "#LogService.ClearLog", errp)
                             : NULL;
    g_autoptr(JsonObject) body = json_object_new();
    g_autoptr(JsonObject) answer = NULL;

    if (target) {
        answer = ctl_call(ctl, "POST", target, body, errp);
    }
    return answer;
}

static void show_records(JsonObject *event)
{
    JsonNode *node = ctl_node(event, "Events");
    JsonArray *records = node && JSON_NODE_HOLDS_ARRAY(node)
                         ? json_node_get_array(node) : NULL;
    unsigned i;

    for (i = 0; records && i < json_array_get_length(records); i++) {
        JsonNode *record = json_array_get_element(records, i);
        JsonObject *object = JSON_NODE_HOLDS_OBJECT(record)
                             ? json_node_get_object(record) : NULL;

        if (object) {
            const char *origin = ctl_text(object,
                                          "OriginOfCondition/@odata.id");

            printf("%-25s %-8s %s%s%s\n",
                   ctl_text(object, "EventTimestamp") ?: "-",
                   ctl_text(object, "MessageSeverity") ?: "-",
                   origin ?: "", origin ? ": " : "",
                   ctl_text(object, "Message") ?: "-");
        }
    }
}

/*
 * Follower: what has come of a stream.
 *
 * @data: of the event that is coming
 * @id: (nullable): of that event
 * @last_id: (nullable): of the last one that was shown
 * @alive: something has come since it was opened
 */
typedef struct Follower {
    Ctl *ctl;
    GString *data;
    char *id;
    char *last_id;
    bool alive;
} Follower;

static void show_event(Follower *f)
{
    g_autoptr(JsonObject) event = json_parse_object(f->data->str,
                                                    f->data->len, NULL);

    if (event && ctl_json(f->ctl)) {
        ctl_print(event);
    } else if (event) {
        show_records(event);
    }
    fflush(stdout);
    g_string_truncate(f->data, 0);
    if (f->id) {
        g_free(f->last_id);
        f->last_id = g_steal_pointer(&f->id);
    }
}

/* The lines of an event that begin with "data:" belong together. */
static void take_line(Follower *f, const char *line)
{
    if (!*line && f->data->len) {
        show_event(f);
    } else if (g_str_has_prefix(line, "id:")) {
        g_free(f->id);
        f->id = g_strstrip(g_strdup(line + strlen("id:")));
    } else if (g_str_has_prefix(line, "data:") &&
               f->data->len + strlen(line) < LINE_MAX_BYTES) {
        g_string_append(f->data, line + strlen("data:"));
    }
    f->alive = true;
}

/* Returns when the stream has ended. */
static void read_events(Follower *f, GInputStream *stream)
{
    g_autoptr(GDataInputStream) lines = g_data_input_stream_new(stream);

    g_data_input_stream_set_newline_type(lines,
                                         G_DATA_STREAM_NEWLINE_TYPE_ANY);
    g_string_truncate(f->data, 0);
    for (;;) {
        g_autofree char *line =
            g_data_input_stream_read_line(lines, NULL, NULL, NULL);

        if (!line) {
            return;
        }
        take_line(f, line);
    }
}

static char *find_stream(Ctl *ctl, GError **errp)
{
    g_autoptr(JsonObject) root = ctl_get(ctl, "/redfish/v1/", errp);
    const char *path = root ? ctl_text(root, "EventService/@odata.id") : NULL;
    g_autoptr(JsonObject) service = path ? ctl_get(ctl, path, errp) : NULL;
    const char *uri = service ? ctl_text(service, "ServerSentEventUri")
                              : NULL;

    if (!uri && root && (service || !path)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_SUPPORTED,
                    "this BMC has no stream of events");
    }
    return g_strdup(uri);
}

/*
 * A BMC that cannot be reached for a while may come back, one that refuses
 * has made up its mind.
 */
static bool follow(Follower *f, const char *uri, GError **errp)
{
    unsigned wait_s = 0;

    for (;;) {
        g_autoptr(GError) err = NULL;
        g_autoptr(GInputStream) stream = ctl_stream(f->ctl, uri, f->last_id,
                                                    &err);

        if (stream) {
            f->alive = false;
            read_events(f, stream);
            fprintf(stderr, "bmcctl: the stream has ended, trying again\n");
            wait_s = f->alive ? 0 : wait_s;
        } else if (!wait_s || !g_error_matches(err, BMC_ERROR,
                                               BMC_ERROR_UNAVAILABLE)) {
            g_propagate_error(errp, g_steal_pointer(&err));
            return false;
        }
        wait_s = MIN(MAX(wait_s * 2, 1), WAIT_MAX_S);
        g_poll(NULL, 0, wait_s * 1000);
    }
}

static bool event_follow(Ctl *ctl, const char *data, char **args,
                         GError **errp)
{
    g_autofree char *uri = find_stream(ctl, errp);
    Follower f = { .ctl = ctl, .data = g_string_new(NULL) };
    bool ok = uri && follow(&f, uri, errp);

    g_string_free(f.data, true);
    g_free(f.id);
    g_free(f.last_id);
    return ok;
}

const CtlCommand ctl_log_commands[] = {
    { "log list", "", "Show the System Event Log", log_list, NULL },
    { "log clear", "", "Clear it", log_clear, NULL },
    { "event follow", "", "Show events as they come", event_follow, NULL },
    { NULL }
};
