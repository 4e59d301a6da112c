/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bmcctl: what people on this host want from a BMC, over Redfish at the
 * helper's socket, where root and the helper's own user need no password.
 */
#include "osdep.h"

#include <errno.h>
#include <gio/gunixsocketaddress.h>
#include <libsoup/soup.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>

#include "util/error.h"
#include "util/json.h"

#define HOST "http://localhost"
#define SENSORS "/redfish/v1/Chassis/1/Sensors"
#define TIMEOUT_S 10
/* Far more than any resource has. */
#define ANSWER_MAX (1 << 20)
#define REFUSED "only root and the user that qemu-bmc runs as may do that"
#define SENSOR_OEM "Oem/QemuBmc/"

static char *opt_name;
static char *opt_run_dir;
static gboolean opt_version;

static const GOptionEntry entries[] = {
    { "name", 'n', 0, G_OPTION_ARG_STRING, &opt_name,
      "Name of the BMC (BMC_NAME, else 1)", "NAME" },
    { "run-dir", 0, 0, G_OPTION_ARG_FILENAME, &opt_run_dir,
      "The BMC's run directory (BMC_RUN_DIR, else by its name)", "DIR" },
    { "version", 'V', 0, G_OPTION_ARG_NONE, &opt_version,
      "Print the version and exit", NULL },
    { NULL }
};

/**
 * Ctl: a connection to a BMC.
 *
 * @path: its socket
 * @session: for requests
 */
typedef struct Ctl {
    char *path;
    SoupSession *session;
} Ctl;

/**
 * Command: what bmcctl can do.
 *
 * @group: first word
 * @verb: second word
 * @n_args: number of words that follow
 * @run: does it
 */
typedef struct Command {
    const char *group;
    const char *verb;
    int n_args;
    bool (*run)(Ctl *ctl, char **args, GError **errp);
} Command;

static void say(const char *text)
{
    fprintf(stderr, "bmcctl: %s\n", text);
}

/* Where qemu-bmc puts it by the same options. */
static char *find_socket(void)
{
    const char *dir = opt_run_dir ?: g_getenv("BMC_RUN_DIR");
    const char *name = opt_name ?: g_getenv("BMC_NAME");

    if (dir && *dir) {
        return g_build_filename(dir, "redfish.sock", NULL);
    }
    if (!name || !*name) {
        name = "1";
    }
    return geteuid() == 0
        ? g_build_filename(QEMU_BMC_RUN_ROOT, name, "redfish.sock", NULL)
        : g_build_filename(g_get_user_runtime_dir(), "qemu-bmc", name,
                           "redfish.sock", NULL);
}

/* JSON: a path of members, e.g. "Status/State" */

static JsonNode *find_node(JsonObject *object, const char *path)
{
    g_auto(GStrv) names = g_strsplit(path, "/", -1);
    JsonNode *node = NULL;
    unsigned i;

    for (i = 0; names[i]; i++) {
        node = object ? json_object_get_member(object, names[i]) : NULL;
        object = node && JSON_NODE_HOLDS_OBJECT(node)
                 ? json_node_get_object(node) : NULL;
    }
    return node;
}

static const char *find_text(JsonObject *object, const char *path)
{
    JsonNode *node = find_node(object, path);

    return node && JSON_NODE_HOLDS_VALUE(node) &&
           json_node_get_value_type(node) == G_TYPE_STRING
           ? json_node_get_string(node) : NULL;
}

static bool find_number(JsonObject *object, const char *path, double *number)
{
    JsonNode *node = find_node(object, path);
    GType type = node && JSON_NODE_HOLDS_VALUE(node)
                 ? json_node_get_value_type(node) : G_TYPE_NONE;

    if (type != G_TYPE_INT64 && type != G_TYPE_DOUBLE) {
        return false;
    }
    *number = json_node_get_double(node);
    return true;
}

static bool find_true(JsonObject *object, const char *path)
{
    JsonNode *node = find_node(object, path);

    return node && JSON_NODE_HOLDS_VALUE(node) &&
           json_node_get_value_type(node) == G_TYPE_BOOLEAN &&
           json_node_get_boolean(node);
}

/* Requests */

/* What the BMC says is wrong: its first message, or the status. */
static void set_refusal(unsigned status, JsonObject *answer, GError **errp)
{
    JsonNode *node = answer
        ? find_node(answer, "error/@Message.ExtendedInfo") : NULL;
    JsonArray *array = node && JSON_NODE_HOLDS_ARRAY(node)
                       ? json_node_get_array(node) : NULL;
    JsonNode *first = array && json_array_get_length(array)
                      ? json_array_get_element(array, 0) : NULL;
    const char *message = NULL;
    const char *resolution = NULL;
    const char *id = NULL;

    if (first && JSON_NODE_HOLDS_OBJECT(first)) {
        JsonObject *object = json_node_get_object(first);

        message = find_text(object, "Message");
        resolution = find_text(object, "Resolution");
        id = find_text(object, "MessageId");
    }
    if (status == SOUP_STATUS_UNAUTHORIZED) {
        message = REFUSED;
    } else if (id && g_str_has_suffix(id, ".GeneralError") && resolution) {
        message = resolution; /* the message only points to it */
    }
    g_set_error(errp, BMC_ERROR, BMC_ERROR_FAILED, "%s",
                message ?: soup_status_get_phrase(status));
}

static GBytes *transfer(Ctl *ctl, SoupMessage *msg, GError **errp)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(GBytes) bytes = soup_session_send_and_read(ctl->session, msg,
                                                         NULL, &err);

    if (bytes) {
        return g_steal_pointer(&bytes);
    }
    if (g_error_matches(err, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ||
        g_error_matches(err, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_UNAVAILABLE,
                    "no BMC at %s (is qemu-bmc running? --name or --run-dir "
                    "tell which)", ctl->path);
    } else if (g_error_matches(err, G_IO_ERROR,
                               G_IO_ERROR_PERMISSION_DENIED)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_PERMISSION, "%s: " REFUSED,
                    ctl->path);
    } else {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_UNAVAILABLE, "%s: %s",
                    ctl->path, err->message);
    }
    return NULL;
}

/* Returns the answer, or NULL and why. */
static JsonObject *call(Ctl *ctl, const char *method, const char *path,
                        const char *body, GError **errp)
{
    g_autofree char *uri = g_strconcat(HOST, path, NULL);
    g_autoptr(SoupMessage) msg = soup_message_new(method, uri);
    g_autoptr(GBytes) bytes = NULL;
    g_autoptr(JsonObject) answer = NULL;
    const char *text;
    size_t len;

    if (!msg) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_FAILED,
                    "the BMC's answer has a bad link");
        return NULL;
    }
    if (body) {
        bytes = g_bytes_new(body, strlen(body));
        soup_message_set_request_body_from_bytes(msg, "application/json",
                                                 bytes);
        g_clear_pointer(&bytes, g_bytes_unref);
    }
    bytes = transfer(ctl, msg, errp);
    if (!bytes) {
        return NULL;
    }
    text = g_bytes_get_data(bytes, &len);
    answer = len && len <= ANSWER_MAX ? json_parse_object(text, len, NULL)
                                      : NULL;
    if (!SOUP_STATUS_IS_SUCCESSFUL(soup_message_get_status(msg))) {
        set_refusal(soup_message_get_status(msg), answer, errp);
        return NULL;
    }
    if (!answer) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_FAILED,
                    "%s does not answer as a BMC", ctl->path);
    }
    return g_steal_pointer(&answer);
}

/* Returns an array of JsonObject, one for each sensor. */
static GPtrArray *get_sensors(Ctl *ctl, GError **errp)
{
    g_autoptr(JsonObject) collection = call(ctl, "GET", SENSORS, NULL, errp);
    g_autoptr(GPtrArray) sensors = g_ptr_array_new_with_free_func(
        (GDestroyNotify)json_object_unref);
    JsonNode *members;
    JsonArray *array;
    unsigned i;

    if (!collection) {
        return NULL;
    }
    members = find_node(collection, "Members");
    array = members && JSON_NODE_HOLDS_ARRAY(members)
            ? json_node_get_array(members) : NULL;
    for (i = 0; array && i < json_array_get_length(array); i++) {
        JsonNode *node = json_array_get_element(array, i);
        const char *path = JSON_NODE_HOLDS_OBJECT(node)
            ? find_text(json_node_get_object(node), "@odata.id") : NULL;
        JsonObject *sensor = path ? call(ctl, "GET", path, NULL, errp)
                                  : json_object_new();

        if (!sensor) {
            return NULL;
        }
        g_ptr_array_add(sensors, sensor);
    }
    return g_steal_pointer(&sensors);
}

/* Commands */

static char *reading_text(JsonObject *sensor)
{
    double number;

    if (find_number(sensor, "Reading", &number)) {
        return g_strdup_printf("%g", number);
    }
    if (find_number(sensor, SENSOR_OEM "States", &number)) {
        return g_strdup_printf("0x%04x", (unsigned)number);
    }
    return g_strdup("-");
}

static const char *status_text(JsonObject *sensor)
{
    const char *state = find_text(sensor, "Status/State");

    if (state && !g_str_equal(state, "Enabled")) {
        return g_str_equal(state, "Disabled") ? "disabled" : "no reading";
    }
    return find_text(sensor, "Status/Health") ?: "-";
}

static bool sensor_list(Ctl *ctl, char **args, GError **errp)
{
    g_autoptr(GPtrArray) sensors = get_sensors(ctl, errp);
    unsigned i;

    if (!sensors) {
        return false;
    }
    printf("%-16s %12s %-10s %-10s %s\n", "NAME", "READING", "UNIT", "STATUS",
           "SET BY");
    for (i = 0; i < sensors->len; i++) {
        JsonObject *sensor = sensors->pdata[i];
        g_autofree char *reading = reading_text(sensor);
        const char *source = "the machine";

        if (find_true(sensor, SENSOR_OEM "Settable")) {
            source = "bmcctl";
        } else if (find_true(sensor, SENSOR_OEM "UserDefined")) {
            source = "configuration";
        }
        printf("%-16s %12s %-10s %-10s %s\n",
               find_text(sensor, "Name") ?: "-", reading,
               find_text(sensor, "ReadingUnits") ?: "-",
               status_text(sensor), source);
    }
    return true;
}

/* By its name, else by its name in any case if that is clear. */
static JsonObject *find_sensor(GPtrArray *sensors, const char *name)
{
    JsonObject *found = NULL;
    unsigned i;

    for (i = 0; i < sensors->len; i++) {
        const char *text = find_text(sensors->pdata[i], "Name");

        if (text && g_str_equal(text, name)) {
            return sensors->pdata[i];
        }
    }
    for (i = 0; i < sensors->len; i++) {
        const char *text = find_text(sensors->pdata[i], "Name");

        if (text && g_ascii_strcasecmp(text, name) == 0) {
            if (found) {
                return NULL;
            }
            found = sensors->pdata[i];
        }
    }
    return found;
}

static bool parse_states(const char *text, char **value, GError **errp)
{
    char *end;
    uint64_t number;

    errno = 0;
    number = g_ascii_strtoull(text, &end, 0);
    if (!g_ascii_isdigit(text[0]) || *end || errno ||
        number > G_MAXUINT16) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "'%s' is not a mask of states, such as 0x0005", text);
        return false;
    }
    *value = g_strdup_printf("%u", (unsigned)number);
    return true;
}

/* The value as JSON has it. */
static bool parse_number(const char *text, char **value, GError **errp)
{
    char buf[G_ASCII_DTOSTR_BUF_SIZE];
    char *end;
    double number = g_ascii_strtod(text, &end);

    if (end == text || *end || !isfinite(number)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE, "'%s' is not a number",
                    text);
        return false;
    }
    *value = g_strdup(g_ascii_dtostr(buf, sizeof(buf), number));
    return true;
}

static bool sensor_set(Ctl *ctl, char **args, GError **errp)
{
    g_autoptr(GPtrArray) sensors = NULL;
    g_autoptr(JsonObject) answer = NULL;
    g_autofree char *value = NULL;
    g_autofree char *body = NULL;
    JsonObject *sensor;
    bool states;

    sensors = get_sensors(ctl, errp);
    if (!sensors) {
        return false;
    }
    sensor = find_sensor(sensors, args[0]);
    if (!sensor) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_FOUND,
                    "there is no sensor '%s' (bmcctl sensor list shows "
                    "them)", args[0]);
        return false;
    }
    if (!find_true(sensor, SENSOR_OEM "Settable")) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_SUPPORTED,
                    "'%s' cannot be set: only a [sensor NAME] of the "
                    "configuration with source=manual can", args[0]);
        return false;
    }
    states = find_node(sensor, SENSOR_OEM "States");
    if (!(states ? parse_states : parse_number)(args[1], &value, errp)) {
        return false;
    }
    body = g_strdup_printf("{\"Oem\":{\"QemuBmc\":{\"%s\":%s}}}",
                           states ? "States" : "Reading", value);
    answer = call(ctl, "PATCH", find_text(sensor, "@odata.id"), body, errp);
    return answer;
}

static const Command commands[] = {
    { "sensor", "list", 0, sensor_list },
    { "sensor", "set", 2, sensor_set },
};

static const Command *find_command(int argc, char **argv)
{
    unsigned i;

    for (i = 0; argc > 2 && i < G_N_ELEMENTS(commands); i++) {
        if (g_str_equal(argv[1], commands[i].group) &&
            g_str_equal(argv[2], commands[i].verb) &&
            argc - 3 == commands[i].n_args) {
            return &commands[i];
        }
    }
    return NULL;
}

static bool parse_options(int *argc, char ***argv, GError **errp)
{
    g_autoptr(GOptionContext) context = g_option_context_new(
        "COMMAND");

    g_option_context_set_summary(context,
        "Commands:\n"
        "  sensor list             Show all sensors\n"
        "  sensor set NAME VALUE   Set a sensor that has source=manual");
    g_option_context_set_description(context,
        "The exit code is 0, 1 when the BMC cannot be reached or refuses,\n"
        "or 2 for wrong options.\n\n"
        "Example:\n"
        "  bmcctl sensor set room 31.5");
    g_option_context_add_main_entries(context, entries, NULL);
    /* What follows the command may begin with a dash: a negative number. */
    g_option_context_set_strict_posix(context, TRUE);
    return g_option_context_parse(context, argc, argv, errp);
}

static bool run(const Command *command, char **args, GError **errp)
{
    g_autofree char *path = find_socket();
    g_autoptr(GSocketAddress) address = g_unix_socket_address_new(path);
    g_autoptr(SoupSession) session = soup_session_new_with_options(
        "remote-connectable", address, "proxy-resolver", NULL,
        "timeout", TIMEOUT_S, NULL);
    Ctl ctl = { .path = path, .session = session };

    return command->run(&ctl, args, errp);
}

int main(int argc, char **argv)
{
    g_autoptr(GError) err = NULL;
    const Command *command;

    setlocale(LC_ALL, "");
    setlocale(LC_NUMERIC, "C");
    if (!parse_options(&argc, &argv, &err)) {
        g_autofree char *text = g_strconcat(err->message, " (try --help)",
                                            NULL);

        say(text);
        return 2;
    }
    if (opt_version) {
        printf("bmcctl %s\n", QEMU_BMC_VERSION);
        return 0;
    }
    command = find_command(argc, argv);
    if (!command) {
        say(argc > 1 ? "no such command, or a wrong number of arguments (try "
                       "--help)"
                     : "what is it to do? (try --help)");
        return 2;
    }
    if (!run(command, argv + 3, &err)) {
        say(err->message);
        return g_error_matches(err, BMC_ERROR, BMC_ERROR_USAGE) ? 2 : 1;
    }
    return 0;
}
