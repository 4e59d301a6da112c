/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A state file that is JSON but otherwise anything: the hub and its IPMI
 * side start from it, and from what they write afterwards.
 *
 * The input is a byte with a number of edits, the edits, and the file. An
 * edit is the number of a value in the file, 16 bits, and what to put in its
 * place.
 */
#include "osdep.h"

#include <glib/gstdio.h>

#include "bmc/persist.h"
#include "ipmi/ipmi-core.h"
#include "util/json.h"

#include "bmc-fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define EDITS_MAX 16
#define ANSWER_MS 500

/* Warnings are in order about what is in the file. */
static GLogWriterOutput writer(GLogLevelFlags level, const GLogField *fields,
                               gsize n_fields, void *opaque)
{
    if (level & (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_ERROR)) {
        g_log_writer_default(level, fields, n_fields, opaque);
        abort();
    }
    return G_LOG_WRITER_HANDLED;
}

/* Values that are as likely to be wrong as any. */
static JsonNode *edge(uint8_t which)
{
    static const char *const texts[] = {
        "null", "true", "false", "0", "1", "-1", "255", "256", "65535",
        "65536", "2147483648", "4294967296", "9223372036854775807",
        "-9223372036854775808", "0.5", "1e300", "\"\"", "\"x\"", "\"AA==\"",
        "\"AAAAAAAAAAAAAAAAAAAAAA==\"", "\"////////\"", "\"\\u0001\"",
        "\"192.0.2.1\"", "[]", "{}", "[[]]", "[0,0,0,0,0,0,0,0,0,0,0]",
        "[null]", "[{}]", "{\"0\":0}", "{\"a\":{}}", "2", "3", "15", "16",
    };

    if (which < G_N_ELEMENTS(texts)) {
        return json_from_string(texts[which], NULL);
    }
    if (which & 1) {
        g_autofree char *text = g_strnfill(which * 16, 'A');

        return json_node_init_string(json_node_alloc(), text);
    }
    return json_node_init_int(json_node_alloc(), which);
}

static bool edit(JsonNode *node, unsigned *left, uint8_t which);

static bool edit_object(JsonObject *object, unsigned *left, uint8_t which)
{
    g_autoptr(GList) names = json_object_get_members(object);
    GList *l;

    for (l = names; l; l = l->next) {
        g_autofree char *name = g_strdup(l->data);

        if ((*left)-- == 0) {
            if (which == UINT8_MAX) {
                json_object_remove_member(object, name);
            } else {
                json_object_set_member(object, name, edge(which));
            }
            return true;
        }
        if (edit(json_object_get_member(object, name), left, which)) {
            return true;
        }
    }
    return false;
}

static bool edit_array(JsonArray *array, unsigned *left, uint8_t which)
{
    unsigned i;

    for (i = 0; i < json_array_get_length(array); i++) {
        if ((*left)-- == 0) {
            json_array_remove_element(array, i);
            if (which != UINT8_MAX) {
                json_array_add_element(array, edge(which));
            }
            return true;
        }
        if (edit(json_array_get_element(array, i), left, which)) {
            return true;
        }
    }
    return false;
}

/* Replaces the value that is *@left values further on. */
static bool edit(JsonNode *node, unsigned *left, uint8_t which)
{
    if (JSON_NODE_HOLDS_OBJECT(node)) {
        return edit_object(json_node_get_object(node), left, which);
    }
    return JSON_NODE_HOLDS_ARRAY(node) &&
           edit_array(json_node_get_array(node), left, which);
}

static char *read_input(ByteReader *r)
{
    uint8_t edits = byte_reader_u8(r);
    ByteReader list;
    g_autoptr(JsonObject) object = NULL;
    g_autoptr(JsonNode) root = NULL;
    size_t len;

    if (edits > EDITS_MAX || byte_reader_left(r) < edits * 3) {
        return NULL;
    }
    list = byte_reader(byte_reader_take(r, edits * 3), edits * 3);
    len = byte_reader_left(r);
    object = json_parse_object((const char *)byte_reader_take(r, len), len,
                               NULL);
    if (!object) {
        return NULL;
    }
    root = json_node_init_object(json_node_alloc(), object);
    while (byte_reader_left(&list)) {
        unsigned left = byte_reader_le16(&list);

        edit(root, &left, byte_reader_u8(&list));
    }
    return json_print(object);
}

static void ignore(void *opaque, uint8_t cc, const uint8_t *data, size_t len)
{
}

/* All that can be asked without data, or with zeros. */
static void ask(Fixture *fix, IpmiCore *core)
{
    IpmiContext ctx = {
        .channel = IPMI_CHANNEL_SYSTEM,
        .privilege = BMC_PRIVILEGE_ADMIN,
        .origin = { .channel = BMC_CHANNEL_IN_BAND },
    };
    const IpmiCommand *row;
    size_t n;

    for (n = 0; (row = ipmi_core_nth(n)); n++) {
        uint8_t data[UINT8_MAX] = { row->group };
        IpmiMessage msg = {
            .netfn = row->netfn,
            .cmd = row->cmd,
            .data = data,
            .len = row->min,
        };

        if (!(row->flags & IPMI_CMD_CHANGES)) {
            ipmi_core_execute(core, &ctx, &msg, ignore, NULL);
        }
    }
    fixture_advance(fix, ANSWER_MS);
}

static bool start(Fixture *fix)
{
    IpmiCore *core;

    fix->bmc = bmc_new(&fix->config, mock_machine_base(fix->mock),
                       fix->clock, NULL);
    if (!fix->bmc) {
        return false;
    }
    fixture_settle(fix);
    core = ipmi_core_new(fix->bmc);
    ask(fix, core);
    ipmi_core_free(core);
    g_clear_pointer(&fix->bmc, bmc_free);
    test_drain();
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static bool ready;
    ByteReader r = byte_reader(data, len);
    g_autofree char *text = read_input(&r);
    g_autofree char *path = NULL;
    g_autofree char *bad = NULL;
    Fixture fix;

    if (!text) {
        return 0;
    }
    if (!ready) {
        ready = true;
        g_log_set_always_fatal(G_LOG_FATAL_MASK);
        g_log_set_writer_func(writer, NULL, NULL);
        /* Where a flush costs nothing, if there is such a place. */
        if (g_access("/dev/shm", W_OK) == 0) {
            g_setenv("TMPDIR", "/dev/shm", FALSE);
        }
    }
    fixture_init_accounts(&fix, MACHINE_STATE_RUNNING);
    path = test_dir_file(fix.dir, PERSIST_FILE);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    bad = test_dir_file(fix.dir, PERSIST_FILE_BAD);
    if (start(&fix) && g_access(bad, F_OK) != 0) {
        g_assert_true(start(&fix));
        g_assert_cmpint(g_access(bad, F_OK), !=, 0);
    }
    fixture_clear(&fix);
    return 0;
}
