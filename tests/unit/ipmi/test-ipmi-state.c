/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A state file with something in each section, damaged in every way there
 * is, one value at a time: the hub comes up, says which part it cannot use,
 * and all that is not damaged is as it was.
 */
#include "osdep.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <signal.h>
#include <sys/resource.h>

#include "bmc/bmc-priv.h"
#include "bmc/persist.h"
#include "command-fixture.h"
#include "util/json.h"

#define APP IPMI_NETFN_APP
#define CHASSIS IPMI_NETFN_CHASSIS
#define SENSOR IPMI_NETFN_SENSOR
#define STORAGE IPMI_NETFN_STORAGE
#define TRANSPORT IPMI_NETFN_TRANSPORT

#define REMOVED "removed"
#define LONG_TEXT 70000

typedef struct Request {
    uint8_t netfn;
    uint8_t cmd;
    const char *hex;
} Request;

/* What fills the state. */
static const Request sets[] = {
    { APP, 0x40, "01 42 44" },
    { APP, 0x56, "01 01 01 000102030405060708090a0b0c0d0e0f10111213" },
    { APP, 0x43, "91 04 02 03" },
    { APP, 0x4c, "01 04 02 00 00 00" },
    { APP, 0x58, "01 00 00 05 686f737431" },
    { CHASSIS, 0x06, "01" },
    { CHASSIS, 0x0b, "07" },
    { CHASSIS, 0x05, "00 20 20 20 20 20" },
    { CHASSIS, 0x08, "03 1f" },
    { CHASSIS, 0x08, "05 e0 04 00 00 00" },
    { CHASSIS, 0x08, "07 00 00 00 01 02 03" },
    { SENSOR, 0x12, "01 0f" },
    { SENSOR, 0x00, "20 00" },
    { STORAGE, 0x12, "00 fe 07 01 02" },
    { STORAGE, 0x44, "0000 02 00000000 2000 04 01 09 6f 01 ff ff" },
    { STORAGE, 0x44, "0000 02 00000000 2000 04 01 09 6f 00 ff ff" },
    { STORAGE, 0x5d, "3c 00" },
    { TRANSPORT, 0x01, "01 04 01" },
    { TRANSPORT, 0x01, "01 03 c0 00 02 63" },
    { TRANSPORT, 0x01, "01 06 ff ff ff 00" },
    { TRANSPORT, 0x01, "01 0c c0 00 02 01" },
    { TRANSPORT, 0x01,
      "01 10 70726976617465000000000000000000 0000" },
    { TRANSPORT, 0x01, "01 12 01 80 05 02" },
    { TRANSPORT, 0x01, "01 13 01 00 00 c0 00 02 07 525400123456" },
    { TRANSPORT, 0x01, "01 14 05 80" },
    { TRANSPORT, 0x01, "01 1a 00 03 0600 0600" },
    { TRANSPORT, 0x21, "01 03 05 60" },
    { TRANSPORT, 0x21, "01 04 04 20" },
    { IPMI_NETFN_GROUP, 0x08, "dc 00 04 61626364" },
};

/* What is seen of a section. */
static const struct {
    const char *section;
    Request get;
} gets[] = {
    { "users", { APP, 0x44, "01 02" } },
    { "users", { APP, 0x44, "01 03" } },
    { "users", { APP, 0x44, "01 04" } },
    { "users", { APP, 0x46, "02" } },
    { "users", { APP, 0x46, "05" } },
    { "users", { APP, 0x4d, "01 04" } },
    { "channel", { APP, 0x41, "01 40" } },
    { "channel", { APP, 0x38, "8e 04" } },
    { "channel", { TRANSPORT, 0x02, "01 18 00 00" } },
    { "os-info", { APP, 0x59, "00 01 00 00" } },
    { "chassis", { CHASSIS, 0x00, "" } },
    { "chassis", { CHASSIS, 0x01, "" } },
    { "boot", { CHASSIS, 0x09, "05 00 00" } },
    { "boot-options", { CHASSIS, 0x09, "03 00 00" } },
    { "boot-options", { CHASSIS, 0x09, "07 00 00" } },
    { "pef", { SENSOR, 0x13, "01 00 00" } },
    { "events", { SENSOR, 0x01, "" } },
    { "fru", { STORAGE, 0x11, "00 00 00 10" } },
    { "sel", { STORAGE, 0x40, "" } },
    { "sel", { STORAGE, 0x43, "0000 0000 00 ff" } },
    { "sel", { STORAGE, 0x43, "0000 ffff 00 ff" } },
    { "sel", { STORAGE, 0x5c, "" } },
    { "lan", { TRANSPORT, 0x02, "01 03 00 00" } },
    { "lan", { TRANSPORT, 0x02, "01 06 00 00" } },
    { "lan", { TRANSPORT, 0x02, "01 0c 00 00" } },
    { "lan", { TRANSPORT, 0x02, "01 10 00 00" } },
    { "lan", { TRANSPORT, 0x02, "01 12 01 00" } },
    { "lan", { TRANSPORT, 0x02, "01 13 01 00" } },
    { "lan", { TRANSPORT, 0x02, "01 14 00 00" } },
    { "lan", { TRANSPORT, 0x02, "01 1a 00 00" } },
    { "sol", { TRANSPORT, 0x22, "01 03 00 00" } },
    { "sol", { TRANSPORT, 0x22, "01 04 00 00" } },
    { "asset", { IPMI_NETFN_GROUP, 0x06, "dc 00 04" } },
};

static const char *const values[] = {
    "null", "false", "-1", "255", "4294967296", "9223372036854775807",
    "-9223372036854775808", "\"\"", "\"!!!!\"", "\"long\"", "[]",
    "[null,[1],{\"a\":1}]", "{}", REMOVED,
};

/* A value in the file: "lan/destinations/0/mac". */
typedef struct Place {
    char *path;
    char kind;
} Place;

static void place_free(void *opaque)
{
    Place *place = opaque;

    g_free(place->path);
    g_free(place);
}

/* One letter per JSON type, as far as the reader tells them apart. */
static char kind_of(JsonNode *node)
{
    GType type;

    if (JSON_NODE_HOLDS_OBJECT(node)) {
        return 'o';
    }
    if (JSON_NODE_HOLDS_ARRAY(node)) {
        return 'a';
    }
    if (JSON_NODE_HOLDS_NULL(node)) {
        return 'n';
    }
    type = json_node_get_value_type(node);
    return type == G_TYPE_STRING ? 's' : type == G_TYPE_BOOLEAN ? 'b' :
           type == G_TYPE_INT64 ? 'i' : 'd';
}

static void list_places(GPtrArray *places, const char *path, JsonNode *node)
{
    g_autoptr(GList) names = NULL;
    Place *place = g_new0(Place, 1);
    JsonArray *array;
    GList *at;
    unsigned i;

    place->path = g_strdup(path);
    place->kind = kind_of(node);
    g_ptr_array_add(places, place);
    if (place->kind == 'o') {
        names = json_object_get_members(json_node_get_object(node));
        for (at = names; at; at = at->next) {
            g_autofree char *below = g_strdup_printf("%s/%s", path,
                                                     (char *)at->data);

            list_places(places, below, json_object_get_member(
                json_node_get_object(node), at->data));
        }
    } else if (place->kind == 'a') {
        /* All elements are of one kind; the first shows it. */
        array = json_node_get_array(node);
        for (i = 0; i < MIN(json_array_get_length(array), 1); i++) {
            g_autofree char *below = g_strdup_printf("%s/%u", path, i);

            list_places(places, below, json_array_get_element(array, i));
        }
    }
}

/* Puts a value at a path below a node; consumes it; NULL removes. */
static void put(JsonNode *node, char **path, JsonNode *value)
{
    JsonArray *array;
    unsigned tail;
    unsigned i;
    unsigned n;

    if (path[1]) {
        put(JSON_NODE_HOLDS_OBJECT(node) ?
            json_object_get_member(json_node_get_object(node), path[0]) :
            json_array_get_element(json_node_get_array(node),
                                   strtoul(path[0], NULL, 10)),
            path + 1, value);
        return;
    }
    if (JSON_NODE_HOLDS_OBJECT(node)) {
        json_object_remove_member(json_node_get_object(node), path[0]);
        if (value) {
            json_object_set_member(json_node_get_object(node), path[0],
                                   value);
        }
        return;
    }
    array = json_node_get_array(node);
    n = strtoul(path[0], NULL, 10);
    tail = json_array_get_length(array) - n - 1;
    json_array_remove_element(array, n);
    if (value) {
        json_array_add_element(array, value);
        /* Elements can only be added at the end: turn the others round. */
        for (i = 0; i < tail; i++) {
            json_array_add_element(array, json_array_dup_element(array, n));
            json_array_remove_element(array, n);
        }
    }
}

/* A value of those above; NULL for REMOVED. */
static JsonNode *make_value(const char *text)
{
    g_autofree char *wrapped = g_strdup_printf("{\"v\":%s}", text);
    g_autoptr(JsonObject) object = NULL;
    g_autoptr(GError) err = NULL;
    g_autofree char *line = NULL;
    JsonNode *node;

    if (g_str_equal(text, REMOVED)) {
        return NULL;
    }
    if (g_str_equal(text, "\"long\"")) {
        line = g_strnfill(LONG_TEXT, 'A');
        node = json_node_new(JSON_NODE_VALUE);
        json_node_set_string(node, line);
        return node;
    }
    object = json_parse_object(wrapped, strlen(wrapped), &err);
    g_assert_no_error(err);
    return json_object_dup_member(object, "v");
}

static char *state_path(CommandFixture *f, const char *name)
{
    return test_dir_file(f->base.dir, name);
}

static void stop(CommandFixture *f)
{
    g_clear_pointer(&f->core, ipmi_core_free);
    g_clear_pointer(&f->base.bmc, bmc_free);
    test_drain();
}

/* Starts a hub on that state; nothing else is in the directory. */
static void start_on(CommandFixture *f, const char *text, size_t len,
                     const char *old)
{
    g_autofree char *path = state_path(f, PERSIST_FILE);
    g_autofree char *old_path = state_path(f, PERSIST_FILE_OLD);
    g_autofree char *bad_path = state_path(f, PERSIST_FILE_BAD);

    stop(f);
    g_unlink(bad_path);
    g_unlink(old_path);
    g_assert_true(g_file_set_contents(path, text, len, NULL));
    if (old) {
        g_assert_true(g_file_set_contents(old_path, old, -1, NULL));
    }
    command_fixture_start(f);
}

/* The answers about one section, or about all others. */
static char *look(CommandFixture *f, const char *section, bool others)
{
    GString *text = g_string_new(NULL);
    size_t i, k;

    for (i = 0; i < G_N_ELEMENTS(gets); i++) {
        const Request *get = &gets[i].get;

        /* The options' lock shows in the answer about the flags, too. */
        if (g_str_has_prefix(section, gets[i].section) == others) {
            continue;
        }
        g_string_append_printf(text, "%s %02x/%02x: %02x:", gets[i].section,
                               get->netfn, get->cmd,
                               command_fixture_run(f, get->netfn, get->cmd,
                                                   get->hex));
        for (k = 0; k < f->len; k++) {
            g_string_append_printf(text, " %02x", f->data[k]);
        }
        g_string_append_c(text, '\n');
    }
    return g_string_free(text, FALSE);
}

/* What no command of this table writes. */
static void add_rest(JsonObject *root)
{
    static const char rest[] =
        "{\"lockout\":{\"disabled\":64},"
        "\"watchdog\":{\"running\":false},"
        "\"sensor-numbers\":{\"Rack\":144},"
        "\"pef-progress\":{\"bmc\":1,\"software\":2}}";
    g_autoptr(JsonObject) more = json_parse_object(rest, strlen(rest), NULL);
    g_autoptr(GList) names = json_object_get_members(more);
    JsonObject *device = json_object_new();
    JsonArray *accounts;
    JsonArray *devices;
    GList *at;

    for (at = names; at; at = at->next) {
        json_object_set_member(root, at->data,
                               json_object_dup_member(more, at->data));
    }
    json_object_set_string_member(device, "path", "/machine/x");
    json_object_set_string_member(device, "property", "bootindex");
    json_object_set_int_member(device, "original", 3);
    json_object_set_int_member(device, "armed", -1);
    devices = json_object_get_array_member(
        json_object_get_object_member(root, "boot"), "devices");
    json_array_add_object_element(devices, device);
    accounts = json_object_get_array_member(
        json_object_get_object_member(root, "users"), "accounts");
    json_object_set_boolean_member(
        json_array_get_object_element(accounts, 0), "in-band", true);
}

/* A state with all sections, as the hub itself has written it. */
static char *fill(CommandFixture *f)
{
    g_autofree char *path = state_path(f, PERSIST_FILE);
    g_autoptr(JsonObject) root = NULL;
    g_autofree char *text = NULL;
    g_autoptr(GError) err = NULL;
    size_t len;
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(sets); i++) {
        g_test_message("%02x/%02x %s", sets[i].netfn, sets[i].cmd,
                       sets[i].hex);
        g_assert_cmphex(command_fixture_run(f, sets[i].netfn, sets[i].cmd,
                                            sets[i].hex), ==, 0);
    }
    stop(f);
    g_assert_true(g_file_get_contents(path, &text, &len, NULL));
    root = json_parse_object(text, len, &err);
    g_assert_no_error(err);
    add_rest(root);
    return json_print(root);
}

static char *mutate(const char *base, const char *path, JsonNode *value)
{
    g_autoptr(JsonObject) root = json_parse_object(base, strlen(base), NULL);
    g_autoptr(JsonNode) node = json_node_new(JSON_NODE_OBJECT);
    g_auto(GStrv) words = g_strsplit(path, "/", -1);

    json_node_set_object(node, root);
    put(node, words + 1, value);
    return json_print_node(node);
}

/* Somebody can log in; if no account is left, the configured one is made. */
static bool is_usable(CommandFixture *f)
{
    const BmcUser *user;
    unsigned slot;

    for (slot = 1; slot <= BMC_USERS_MAX; slot++) {
        user = bmc_users_get(f->base.bmc, slot);
        if (user->enabled && user->privilege >= BMC_PRIVILEGE_USER) {
            return true;
        }
    }
    return false;
}

static void try(CommandFixture *f, const char *base, const Place *place,
                const char *what, const char *others)
{
    g_auto(GStrv) words = g_strsplit(place->path, "/", 3);
    JsonNode *value = make_value(what);
    char kind = value ? kind_of(value) : place->kind;
    g_autofree char *text = mutate(base, place->path, value);
    g_autofree char *found = NULL;
    g_autofree char *own = NULL;
    g_autoptr(GString) log = g_string_new(NULL);

    g_test_message("%s = %s", place->path, what);
    test_collect_log("state directory *", log);
    start_on(f, text, strlen(text), NULL);
    found = look(f, words[1], true);
    own = look(f, words[1], false);
    test_collect_log("", NULL);
    /* That it is on now where it was off is an event for the log. */
    if (!g_str_equal(place->path, "/power/on") || kind != 'b') {
        g_assert_cmpstr(found, ==, others);
    }
    if (kind != place->kind || g_str_equal(what, "-9223372036854775808")) {
        g_autofree char *bad = state_path(f, PERSIST_FILE_BAD);

        g_assert_nonnull(strstr(log->str, words[1]));
        g_assert_true(g_file_test(bad, G_FILE_TEST_EXISTS));
    }
    g_assert_true(is_usable(f));
}

static void test_each_value(CommandFixture *f, const void *opaque)
{
    g_autofree char *base = fill(f);
    g_autoptr(JsonObject) root = json_parse_object(base, strlen(base), NULL);
    g_autoptr(GList) sections = json_object_get_members(root);
    unsigned count = 0;
    GList *at;

    for (at = sections; at; at = at->next) {
        g_autoptr(GPtrArray) places = g_ptr_array_new_with_free_func(
            place_free);
        g_autofree char *path = g_strdup_printf("/%s", (char *)at->data);
        g_autofree char *others = NULL;
        unsigned i;
        size_t k;

        if (g_str_equal(at->data, "version")) {
            continue;
        }
        start_on(f, base, strlen(base), NULL);
        others = look(f, at->data, true);
        list_places(places, path, json_object_get_member(root, at->data));
        for (i = 0; i < places->len; i++) {
            for (k = 0; k < G_N_ELEMENTS(values); k++) {
                try(f, base, places->pdata[i], values[k], others);
                count++;
            }
        }
    }
    g_test_message("%u files", count);
}

/* What a later version may have written, at each level, changes nothing. */
static void test_unknown(CommandFixture *f, const void *opaque)
{
    g_autofree char *base = fill(f);
    g_autoptr(JsonObject) root = json_parse_object(base, strlen(base), NULL);
    g_autoptr(GPtrArray) places = g_ptr_array_new_with_free_func(place_free);
    g_autoptr(JsonNode) node = json_node_new(JSON_NODE_OBJECT);
    g_autofree char *all = NULL;
    unsigned i;

    json_node_set_object(node, root);
    list_places(places, "", node);
    start_on(f, base, strlen(base), NULL);
    all = look(f, "", true);
    for (i = 0; i < places->len; i++) {
        const Place *place = places->pdata[i];
        g_autofree char *path = g_strdup_printf("%s/later", place->path);
        g_autofree char *text = NULL;
        g_autofree char *now = NULL;

        if (place->kind != 'o' ||
            g_str_has_prefix(place->path, "/sensor-numbers")) {
            continue;
        }
        text = mutate(base, path, make_value("{\"x\":[1,{\"y\":null}]}"));
        start_on(f, text, strlen(text), NULL);
        now = look(f, "", true);
        g_assert_cmpstr(now, ==, all);
    }
}

static void try_file(CommandFixture *f, const char *text, size_t len,
                     const char *old, const char *all)
{
    g_autoptr(GString) log = g_string_new(NULL);
    g_autofree char *now = NULL;

    test_collect_log("*" PERSIST_FILE " is damaged *", log);
    start_on(f, text, len, old);
    test_collect_log("", NULL);
    now = look(f, "", true);
    g_assert_true(*log->str);
    if (old) {
        g_assert_cmpstr(now, ==, all);
    }
}

/* The generation before is used, whatever has happened to the file. */
static void test_file(CommandFixture *f, const void *opaque)
{
    g_autofree char *base = fill(f);
    g_autofree char *all = NULL;
    size_t len = strlen(base);
    size_t at;

    start_on(f, base, len, NULL);
    all = look(f, "", true);
    for (at = 0; at < len; at += 61) {
        try_file(f, base, at, base, all);
    }
    try_file(f, base, len - 1, base, all);
    try_file(f, base, len / 2, NULL, all);
    for (at = 0; at < len; at += 512) {
        g_autofree char *text = g_memdup2(base, len);

        memset(text + at, 0, MIN(len - at, 512));
        try_file(f, text, len, at % 1024 ? base : NULL, all);
    }
}

/* One member twice, one after the other: nobody knows which is meant. */
static void test_duplicate(CommandFixture *f, const void *opaque)
{
    g_autofree char *base = fill(f);
    g_autoptr(JsonObject) root = json_parse_object(base, strlen(base), NULL);
    g_autoptr(GList) sections = json_object_get_members(root);
    g_autofree char *all = NULL;
    GList *at;

    start_on(f, base, strlen(base), NULL);
    all = look(f, "", true);
    for (at = sections; at; at = at->next) {
        g_autofree char *text = g_strdup_printf("{\"%s\":{},%s",
                                                (char *)at->data, base + 1);

        try_file(f, text, strlen(text), base, all);
    }
}

/* No part of the file passes for a whole one. */
static void test_every_byte(CommandFixture *f, const void *opaque)
{
    g_autofree char *base = fill(f);
    size_t n;

    for (n = 0; n < strlen(base); n++) {
        g_autoptr(JsonObject) root = json_parse_object(base, n, NULL);

        g_assert_null(root);
    }
}

static void limit_file_size(bool limit)
{
    struct rlimit old;

    getrlimit(RLIMIT_FSIZE, &old);
    old.rlim_cur = limit ? 16 : old.rlim_max;
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &old), ==, 0);
}

/*
 * While the disk takes nothing every Set is answered with a failure, each
 * time; what it has done is what the disk gets once it can.
 */
static void test_disk_full(CommandFixture *f, const void *opaque)
{
    g_autofree char *before = NULL;
    g_autofree char *after = NULL;
    g_autoptr(GString) log = g_string_new(NULL);
    unsigned wrong = 0;
    size_t i;

    signal(SIGXFSZ, SIG_IGN);
    test_collect_log("state directory *", log);
    /* The test's own output may be a file: nothing is said meanwhile. */
    limit_file_size(true);
    /* The first one changes nothing, so that nothing is to be written. */
    for (i = 1; i < G_N_ELEMENTS(sets); i++) {
        wrong += command_fixture_run(f, sets[i].netfn, sets[i].cmd,
                                     sets[i].hex) == 0;
    }
    limit_file_size(false);
    test_collect_log("", NULL);
    g_assert_cmpuint(wrong, ==, 0);
    g_assert_nonnull(strstr(log->str, "the state is not saved"));
    before = look(f, "", true);
    command_fixture_restart(f);
    after = look(f, "", true);
    g_assert_cmpstr(after, ==, before);
}

#define ADD(path, func)                                               \
    g_test_add("/ipmi/state/" path, CommandFixture, NULL,             \
               command_fixture_setup, func, command_fixture_teardown)

int main(int argc, char **argv)
{
    /* Thousands of files, each synchronised: in memory, if possible. */
    if (g_access("/dev/shm", W_OK) == 0) {
        g_setenv("TMPDIR", "/dev/shm", true);
    }
    test_init(&argc, &argv);
    ADD("each-value", test_each_value);
    ADD("unknown", test_unknown);
    ADD("file", test_file);
    ADD("duplicate", test_duplicate);
    ADD("every-byte", test_every_byte);
    ADD("disk-full", test_disk_full);
    return g_test_run();
}
