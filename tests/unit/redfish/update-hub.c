/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine whose firmware is updated. */
#include "osdep.h"

#include "update-hub.h"

static BmcUpdateConfig update_config;

static void configure(BmcConfig *config)
{
    static const char *const allow[] = { "127.0.0.1", NULL };

    update_config = (BmcUpdateConfig) {
        .allow = allow, .max_s = 60, .wait_s = 60,
    };
    config->update = &update_config;
}

GBytes *update_hub_make_rom(const char *version)
{
    static const char before[] = "SeaBIOS (version %s)\0gcc: 1 binutils: 2";
    g_autofree uint8_t *data = g_malloc0(ROM);

    memcpy(data, before, sizeof(before));
    memcpy(data + sizeof(before), version, strlen(version));
    data[ROM - 16] = 0xea;
    return g_bytes_new(data, ROM);
}

static void answer(SoupServer *server, SoupServerMessage *msg,
                   const char *path, GHashTable *query, void *opaque)
{
    UpdateHub *f = opaque;
    g_autoptr(GBytes) rom = update_hub_make_rom("2.0");
    const char *body = g_bytes_get_data(rom, NULL);
    size_t len = ROM;

    if (g_str_equal(path, "/held")) {
        soup_server_message_pause(msg);
        f->held = g_object_ref(msg);
        return;
    }
    if (g_str_equal(path, "/short")) {
        len = 1000;
    } else if (!g_str_equal(path, "/rom")) {
        soup_server_message_set_status(msg, 404, NULL);
        return;
    }
    soup_server_message_set_status(msg, 200, NULL);
    soup_server_message_set_response(msg, "application/octet-stream",
                                     SOUP_MEMORY_COPY, body, len);
}

void update_hub_set_machine(UpdateHub *f, bool launched)
{
    Machine *machine = mock_machine_base(f->hub->fix.mock);

    g_free(machine->firmware_given);
    g_free(machine->firmware_dir);
    machine->firmware_given = g_strdup(launched ? f->given : NULL);
    machine->firmware_given_rom = true;
    machine->firmware_dir = g_strdup(launched ? f->folder : NULL);
    machine->info.firmware = MACHINE_FIRMWARE_BIOS;
    machine->info.pid = 0;
    g_free(machine->info.firmware_file);
    machine->info.firmware_file = g_strdup(launched ? f->given : NULL);
    mock_machine_event(f->hub->fix.mock, MACHINE_EVENT_INFO, NULL);
    fixture_settle(&f->hub->fix);
}

void update_hub_setup(UpdateHub *f, const void *data)
{
    g_autoptr(GBytes) rom = update_hub_make_rom("1.0");
    g_autoptr(GError) err = NULL;
    GSList *uris;

    f->dir = test_dir_new();
    f->given = test_dir_file(f->dir, "given.bin");
    f->folder = test_dir_file(f->dir, "firmware");
    g_assert_true(g_file_set_contents(f->given, g_bytes_get_data(rom, NULL),
                                      ROM, NULL));
    f->server = soup_server_new(NULL, NULL);
    soup_server_add_handler(f->server, NULL, answer, f, NULL);
    soup_server_listen_local(f->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY,
                             &err);
    g_assert_no_error(err);
    uris = soup_server_get_uris(f->server);
    f->base = g_strdup_printf("http://127.0.0.1:%d",
                              g_uri_get_port(uris->data));
    g_slist_free_full(uris, (GDestroyNotify)g_uri_unref);
    f->hub = rf_hub_new_with(MACHINE_STATE_RUNNING, configure);
    update_hub_set_machine(f, true);
}

void update_hub_teardown(UpdateHub *f, const void *data)
{
    rf_hub_free(f->hub);
    g_clear_object(&f->held);
    g_clear_object(&f->server);
    g_free(f->given);
    g_free(f->folder);
    g_free(f->base);
    test_dir_free(f->dir);
}

char *update_hub_send(UpdateHub *f, const char *who, const char *method,
                  const char *path, const char *body)
{
    g_autoptr(RfReply) reply = rf_hub_send(f->hub, who, method, path, body);
    g_autofree char *messages = reply->status >= 400 ?
                                rf_reply_messages(reply) : g_strdup("");

    messages[strcspn(messages, "#")] = '\0';
    return g_strdup_printf("%u %s", reply->status, messages);
}

typedef struct Wanted {
    UpdateHub *f;
    const char *path;
    const char *pointer;
    const char *value;
} Wanted;

static bool has_value(void *opaque)
{
    const Wanted *wanted = opaque;
    g_autoptr(RfReply) reply = rf_hub_send(wanted->f->hub, ADMIN, "GET",
                                           wanted->path, NULL);
    JsonNode *node = reply->status == 200 ?
                     rf_reply_node(reply, wanted->pointer) : NULL;
    g_autofree char *text = node ? json_to_string(node, false) : NULL;

    return g_strcmp0(text, wanted->value) == 0;
}

void update_hub_check(UpdateHub *f, const char *path, const char *pointer,
                        const char *value)
{
    Wanted wanted = { f, path, pointer, value };

    g_test_message("%s: %s is %s", path, pointer, value);
    g_assert_true(test_wait_until(has_value, &wanted, 30000));
}

bool update_hub_has_ended(void *opaque)
{
    UpdateHub *f = opaque;

    return bmc_task_ended(bmc_task_nth(f->hub->fix.bmc, 0));
}

const BmcTask *update_hub_update(UpdateHub *f, const char *path)
{
    g_autofree char *body = g_strdup_printf("{\"ImageURI\":\"%s%s\"}",
                                            f->base, path);
    Bmc *bmc = f->hub->fix.bmc;

    bmc_task_delete_ended(bmc);
    assert_sent(f, HUB_OPERATOR, "POST", UPDATE, body, "202");
    g_assert_true(test_wait_until(update_hub_has_ended, f, 30000));
    fixture_settle(&f->hub->fix);
    return bmc_task_nth(bmc, 0);
}

unsigned update_hub_count_files(UpdateHub *f)
{
    g_autoptr(GDir) dir = g_dir_open(f->folder, 0, NULL);
    unsigned n = 0;

    while (dir && g_dir_read_name(dir)) {
        n++;
    }
    return n;
}
