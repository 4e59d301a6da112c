/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The facts about one QEMU process: asked for when it is connected and when
 * an event says that memory or devices were plugged. All questions go out at
 * once; when the last answer is there, the facts change in one go.
 */
#include "osdep.h"

#include "machine/machine-qmp-priv.h"

#include "machine/machine-host.h"
#include "qmp/qmp-cmds.h"
#include "util/error.h"
#include "util/json.h"

#define MACHINE_PATH "/machine"
#define UUID_NONE "00000000-0000-0000-0000-000000000000"

/* One round of questions; each of them under way holds a reference. */
typedef struct InfoQuery {
    MachineQmp *q;
    unsigned pending;
    bool cancelled;
    bool late;
    MachineInfo info;
    GPtrArray *cpus;
    bool has_memory;
    uint64_t base_memory;
    uint64_t plugged_memory;
    JsonNode *memory_devices;
    char *flash;
    char *firmware;
    JsonNode *boot;
    bool has_graphics;
    bool graphics;
} InfoQuery;

/* Files that QEMU's "firmware" property names, by how their name looks. */
static const struct {
    const char *pattern;
    MachineFirmware firmware;
} firmware_table[] = {
    { "bios.bin", MACHINE_FIRMWARE_BIOS },
    { "*bios-256k.bin", MACHINE_FIRMWARE_BIOS },
    { "bios-microvm.bin", MACHINE_FIRMWARE_BIOS },
    { "qboot.rom", MACHINE_FIRMWARE_BIOS },
    { "*.fd", MACHINE_FIRMWARE_UEFI }, /* EDK2's "flash device" images */
    { "*OVMF*", MACHINE_FIRMWARE_UEFI },
    { "*edk2*", MACHINE_FIRMWARE_UEFI },
};

/* SeaBIOS is a -bios image; what is mapped as flash is UEFI. */
static MachineFirmware info_firmware(const InfoQuery *query)
{
    g_autofree char *base = NULL;

    if (query->flash && query->flash[0]) {
        return MACHINE_FIRMWARE_UEFI;
    }
    if (!query->firmware) {
        return MACHINE_FIRMWARE_UNKNOWN;
    }
    base = g_path_get_basename(query->firmware);
    for (size_t i = 0; i < G_N_ELEMENTS(firmware_table); i++) {
        if (g_pattern_match_simple(firmware_table[i].pattern, base)) {
            return firmware_table[i].firmware;
        }
    }
    return MACHINE_FIRMWARE_UNKNOWN;
}

static bool smbios_equal(const MachineInfo *a, const MachineInfo *b)
{
    for (int i = 0; i < MACHINE_SMBIOS__MAX; i++) {
        if (g_strcmp0(a->smbios[i], b->smbios[i])) {
            return false;
        }
    }
    return true;
}

static bool flash_equal(const MachineInfo *a, const MachineInfo *b)
{
    for (int i = 0; i < MACHINE_FLASH__MAX; i++) {
        if (g_strcmp0(a->flash[i], b->flash[i])) {
            return false;
        }
    }
    return true;
}

static bool sockets_equal(const MachineInfo *a, const MachineInfo *b)
{
    return a->n_sockets == b->n_sockets &&
           (!a->n_sockets ||
            memcmp(a->sockets, b->sockets,
                   a->n_sockets * sizeof(*a->sockets)) == 0);
}

static bool info_equal(const MachineInfo *a, const MachineInfo *b)
{
    return g_strcmp0(a->name, b->name) == 0 &&
           g_strcmp0(a->uuid, b->uuid) == 0 &&
           a->memory_bytes == b->memory_bytes && a->n_cpus == b->n_cpus &&
           a->persistent_bytes == b->persistent_bytes &&
           machine_memory_equal(a->memory, b->memory) &&
           sockets_equal(a, b) &&
           g_strcmp0(a->cpu_model, b->cpu_model) == 0 &&
           g_strcmp0(a->qemu_version, b->qemu_version) == 0 &&
           g_strcmp0(a->arch, b->arch) == 0 &&
           g_strcmp0(a->machine_type, b->machine_type) == 0 &&
           a->firmware == b->firmware && a->pid == b->pid &&
           smbios_equal(a, b) && machine_pci_equal(a->pci, b->pci) &&
           machine_disks_equal(a->disks, b->disks) &&
           machine_tpms_equal(a->tpms, b->tpms) &&
           a->vnc_port == b->vnc_port &&
           flash_equal(a, b) &&
           g_strcmp0(a->firmware_file, b->firmware_file) == 0 &&
           a->settings_there == b->settings_there &&
           a->settings.known == b->settings.known &&
           !machine_settings_differ(&a->settings, &b->settings);
}

static void info_query_free(InfoQuery *query)
{
    machine_info_clear(&query->info);
    g_clear_pointer(&query->cpus, g_ptr_array_unref);
    g_clear_pointer(&query->memory_devices, json_node_unref);
    g_free(query->flash);
    g_free(query->firmware);
    g_clear_pointer(&query->boot, json_node_unref);
    g_free(query);
}

/*
 * Who listens on the QMP socket need not be QEMU (it can be handed over),
 * and a thread id of another pid namespace says nothing here. If the process
 * has that thread, both are what they seem to be.
 */
static void info_process(InfoQuery *query)
{
    int pid = qmp_client_get_peer_pid(query->q->client);
    GArray *threads;

    if (pid <= 0 || !query->cpus || !query->cpus->len) {
        return;
    }
    threads = g_array_new(true, true, sizeof(int));
    for (guint i = 0; i < query->cpus->len; i++) {
        const QmpCpu *cpu = query->cpus->pdata[i];
        int id = cpu->thread_id;
        bool known = false;

        for (guint j = 0; j < threads->len && !known; j++) {
            known = g_array_index(threads, int, j) == id;
        }
        if (!known) {
            g_array_append_val(threads, id);
        }
    }
    if (!machine_host_has_thread(pid, g_array_index(threads, int, 0))) {
        g_array_free(threads, true);
        return;
    }
    query->info.pid = pid;
    query->info.started = machine_host_started(pid);
    query->info.cpu_threads = (int *)g_array_free(threads, false);
    machine_host_read_argv(pid, &query->info);
}

/*
 * What QEMU calls plugged has persistent memory in it, which is not what a
 * guest runs in; only the list tells how much that is.
 */
static void info_memory(InfoQuery *query)
{
    MachineInfo *info = &query->info;

    if (!query->has_memory) {
        return;
    }
    info->memory_bytes = query->base_memory + query->plugged_memory;
    if (query->memory_devices) {
        info->memory = machine_memory_parse(query->base_memory,
                                            query->memory_devices);
    }
    if (info->memory) {
        info->memory_bytes = machine_memory_sum(info->memory, false);
        info->persistent_bytes = machine_memory_sum(info->memory, true);
    }
}

/*
 * A QEMU that hangs has not lost its devices: what it told before holds
 * until it tells something else.
 */
static bool info_keep(InfoQuery *query)
{
    MachineQmp *q = query->q;

    q->info_late = query->late;
    if (!query->late || !q->info_known) {
        return false;
    }
    q->info_pending = false;
    return true;
}

static void info_complete(InfoQuery *query)
{
    MachineQmp *q = query->q;
    MachineInfo old = q->parent.info;
    bool changed;

    if (info_keep(query)) {
        machine_qmp_unanswered(q); /* asks whether it does again */
        return;
    }
    q->info_known = !query->late;
    query->info.firmware = info_firmware(query);
    info_process(query);
    info_memory(query);
    if (q->watchdog_set) {
        machine_settings_put(&query->info.settings, MACHINE_SETTING_WATCHDOG,
                             old.settings.value[MACHINE_SETTING_WATCHDOG]);
    }
    machine_qmp_read_settings(&query->info, query->boot,
                              query->has_graphics ? &query->graphics : NULL);
    changed = !info_equal(&old, &query->info);
    q->parent.info = query->info;
    query->info = old;
    q->info_pending = false;
    q->info_answered = q->info_asked;
    if (q->info_stale) {
        machine_qmp_query_info(q);
    }
    if (changed) {
        machine_notify(&q->parent, MACHINE_EVENT_INFO, false, NULL);
    }
    machine_qmp_update_calls(q);
    machine_qmp_agent_begin(q);
}

/*
 * An answer is there. One that is missing leaves its fact unknown, unless it
 * is only late; if the connection or the machine has gone the round ends.
 */
static void info_answered(InfoQuery *query, GError *error)
{
    if (bmc_error_is_cancelled(error)) {
        query->cancelled = true;
    } else if (error) {
        query->late |= g_error_matches(error, BMC_ERROR, BMC_ERROR_TIMEOUT);
        g_debug("a fact about QEMU is not known: %s", error->message);
    }
    g_clear_error(&error);
    if (--query->pending) {
        return;
    }
    if (!query->cancelled) {
        info_complete(query);
    }
    info_query_free(query);
}

static void name_done(GObject *source, GAsyncResult *res, gpointer opaque)
{
    InfoQuery *query = opaque;
    GError *error = NULL;

    qmp_query_name_finish(res, &query->info.name, &error);
    info_answered(query, error);
}

static void uuid_done(GObject *source, GAsyncResult *res, gpointer opaque)
{
    InfoQuery *query = opaque;
    GError *error = NULL;
    g_autofree char *uuid = qmp_query_uuid_finish(res, &error);

    if (uuid && !g_str_equal(uuid, UUID_NONE)) {
        query->info.uuid = g_ascii_strdown(uuid, -1);
    }
    info_answered(query, error);
}

static void target_done(GObject *source, GAsyncResult *res, gpointer opaque)
{
    InfoQuery *query = opaque;
    GError *error = NULL;

    query->info.arch = qmp_query_target_finish(res, &error);
    info_answered(query, error);
}

static bool core_is_new(const GPtrArray *cpus, guint end)
{
    const QmpCpu *cpu = cpus->pdata[end];

    for (guint i = 0; i < end; i++) {
        const QmpCpu *other = cpus->pdata[i];

        if (other->socket == cpu->socket && other->core == cpu->core) {
            return false;
        }
    }
    return true;
}

static MachineSocket *socket_of(MachineInfo *info, unsigned id)
{
    for (unsigned i = 0; i < info->n_sockets; i++) {
        if (info->sockets[i].id == id) {
            return &info->sockets[i];
        }
    }
    if (info->n_sockets == MACHINE_SOCKETS_MAX) {
        return NULL;
    }
    info->sockets[info->n_sockets].id = id;
    return &info->sockets[info->n_sockets++];
}

/* All of it is known, or nothing is told. */
static void info_sockets(MachineInfo *info, const GPtrArray *cpus)
{
    info->sockets = g_new0(MachineSocket, MACHINE_SOCKETS_MAX);
    for (guint i = 0; i < cpus->len; i++) {
        const QmpCpu *cpu = cpus->pdata[i];
        MachineSocket *socket = NULL;

        if (cpu->socket >= 0 && cpu->socket <= UINT16_MAX &&
            cpu->core >= 0) {
            socket = socket_of(info, cpu->socket);
        }
        if (!socket) {
            info->n_sockets = 0;
            return;
        }
        socket->threads++;
        socket->cores += core_is_new(cpus, i);
    }
}

/* "Skylake-Server-x86_64-cpu" to "Skylake-Server" */
static void model_done(GObject *source, GAsyncResult *res, gpointer opaque)
{
    InfoQuery *query = opaque;
    GError *error = NULL;
    g_autofree char *type = qmp_qom_get_finish_string(res, &error);

    if (type && g_str_has_suffix(type, "-cpu")) {
        char *dash;

        type[strlen(type) - strlen("-cpu")] = '\0';
        dash = strrchr(type, '-');
        if (dash) {
            *dash = '\0';
        }
        query->info.cpu_model = g_steal_pointer(&type);
    }
    info_answered(query, error);
}

static void cpus_done(GObject *source, GAsyncResult *res, gpointer opaque)
{
    InfoQuery *query = opaque;
    GError *error = NULL;

    query->cpus = qmp_query_cpus_finish(res, &error);
    query->info.n_cpus = query->cpus ? query->cpus->len : 0;
    if (query->info.n_cpus) {
        const QmpCpu *first = query->cpus->pdata[0];

        info_sockets(&query->info, query->cpus);
        if (first->qom_path && query->q->ready) {
            query->pending++;
            qmp_qom_get_async(query->q->client, first->qom_path, "type",
                              query->q->cancellable, model_done, query);
        }
    }
    info_answered(query, error);
}

static void memory_done(GObject *source, GAsyncResult *res, gpointer opaque)
{
    InfoQuery *query = opaque;
    GError *error = NULL;

    query->has_memory = qmp_query_memory_finish(
        res, &query->base_memory, &query->plugged_memory, &error);
    info_answered(query, error);
}

static void memory_devices_done(GObject *source, GAsyncResult *res,
                                gpointer opaque)
{
    InfoQuery *query = opaque;
    GError *error = NULL;

    query->memory_devices = qmp_client_execute_finish(res, &error);
    info_answered(query, error);
}

static void info_ask_memory_devices(QmpClient *client,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    void *opaque)
{
    qmp_client_execute_async(client, "query-memory-devices", NULL,
                             cancellable, callback, opaque);
}

static void type_done(GObject *source, GAsyncResult *res, gpointer opaque)
{
    InfoQuery *query = opaque;
    GError *error = NULL;
    char *type = qmp_qom_get_finish_string(res, &error);

    if (type && g_str_has_suffix(type, "-machine")) {
        type[strlen(type) - strlen("-machine")] = '\0';
    }
    query->info.machine_type = type;
    info_answered(query, error);
}

static void flash_done(GObject *source, GAsyncResult *res, gpointer opaque)
{
    InfoQuery *query = opaque;
    GError *error = NULL;

    query->flash = qmp_qom_get_finish_string(res, &error);
    info_answered(query, error);
}

static void firmware_done(GObject *source, GAsyncResult *res,
                          gpointer opaque)
{
    InfoQuery *query = opaque;
    GError *error = NULL;

    query->firmware = qmp_qom_get_finish_string(res, &error);
    info_answered(query, error);
}

static void disks_done(GObject *source, GAsyncResult *res, gpointer opaque)
{
    InfoQuery *query = opaque;
    GError *error = NULL;

    query->info.disks = machine_qmp_query_disks_finish(res, &error);
    info_answered(query, error);
}

static void boot_done(GObject *source, GAsyncResult *res, gpointer opaque)
{
    InfoQuery *query = opaque;
    GError *error = NULL;

    query->boot = qmp_client_execute_finish(res, &error);
    info_answered(query, error);
}

static void graphics_done(GObject *source, GAsyncResult *res,
                          gpointer opaque)
{
    InfoQuery *query = opaque;
    GError *error = NULL;

    query->has_graphics = qmp_qom_get_finish_bool(res, &query->graphics,
                                                  &error);
    info_answered(query, error);
}

static void pci_done(GObject *source, GAsyncResult *res, gpointer opaque)
{
    InfoQuery *query = opaque;
    GError *error = NULL;
    g_autoptr(JsonNode) reply = qmp_client_execute_finish(res, &error);

    if (reply) {
        query->info.pci = machine_pci_parse(reply);
    }
    info_answered(query, error);
}

static void tpms_done(GObject *source, GAsyncResult *res, gpointer opaque)
{
    InfoQuery *query = opaque;
    GError *error = NULL;
    g_autoptr(JsonNode) reply = qmp_client_execute_finish(res, &error);

    if (reply) {
        query->info.tpms = machine_tpms_parse(reply);
    }
    info_answered(query, error);
}

/* On a unix socket, or with nothing to connect to, there is no port. */
static uint16_t vnc_port(JsonObject *reply)
{
    const char *family = NULL;
    const char *service = NULL;
    bool enabled = false;
    guint64 port = 0;

    json_get_bool(reply, "enabled", &enabled);
    json_get_string(reply, "family", &family);
    json_get_string(reply, "service", &service);
    if (enabled && service && family && g_str_has_prefix(family, "ipv")) {
        g_ascii_string_to_unsigned(service, 10, 1, UINT16_MAX, &port, NULL);
    }
    return port;
}

static void vnc_done(GObject *source, GAsyncResult *res, gpointer opaque)
{
    InfoQuery *query = opaque;
    GError *error = NULL;
    g_autoptr(JsonNode) reply = qmp_client_execute_finish(res, &error);

    if (reply && JSON_NODE_HOLDS_OBJECT(reply)) {
        query->info.vnc_port = vnc_port(json_node_get_object(reply));
    }
    info_answered(query, error);
}

static void info_ask_vnc(QmpClient *client, GCancellable *cancellable,
                         GAsyncReadyCallback callback, void *opaque)
{
    qmp_client_execute_async(client, "query-vnc", NULL, cancellable, callback,
                             opaque);
}

static void info_ask_tpms(QmpClient *client, GCancellable *cancellable,
                          GAsyncReadyCallback callback, void *opaque)
{
    qmp_client_execute_async(client, "query-tpm", NULL, cancellable,
                             callback, opaque);
}

static void info_ask_pci(QmpClient *client, GCancellable *cancellable,
                         GAsyncReadyCallback callback, void *opaque)
{
    qmp_client_execute_async(client, "query-pci", NULL, cancellable,
                             callback, opaque);
}

static void info_qom_get(InfoQuery *query, const char *property,
                         GAsyncReadyCallback callback)
{
    query->pending++;
    qmp_qom_get_async(query->q->client, MACHINE_PATH, property,
                      query->q->cancellable, callback, query);
}

typedef void InfoAskFunc(QmpClient *client, GCancellable *cancellable,
                         GAsyncReadyCallback callback, void *opaque);

void machine_qmp_query_info(MachineQmp *q)
{
    static const struct {
        InfoAskFunc *ask;
        GAsyncReadyCallback done;
    } questions[] = {
        { qmp_query_name_async, name_done },
        { qmp_query_uuid_async, uuid_done },
        { qmp_query_target_async, target_done },
        { qmp_query_cpus_async, cpus_done },
        { qmp_query_memory_async, memory_done },
        { info_ask_memory_devices, memory_devices_done },
        { info_ask_pci, pci_done },
        { info_ask_tpms, tpms_done },
        { info_ask_vnc, vnc_done },
    };
    const QmpVersion *version = qmp_client_get_version(q->client);
    InfoQuery *query;

    q->info_stale = q->info_pending;
    if (q->info_pending) {
        return;
    }
    q->info_pending = true;
    q->info_asked++;
    query = g_new0(InfoQuery, 1);
    query->q = q;
    if (version) {
        query->info.qemu_version =
            g_strdup_printf("%" PRId64 ".%" PRId64 ".%" PRId64,
                            version->major, version->minor, version->micro);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(questions); i++) {
        query->pending++;
        questions[i].ask(q->client, q->cancellable, questions[i].done, query);
    }
    query->pending++;
    machine_qmp_query_disks_async(q, disks_done, query);
    info_qom_get(query, "type", type_done);
    info_qom_get(query, "pflash0", flash_done);
    info_qom_get(query, "firmware", firmware_done);
    info_qom_get(query, "boot", boot_done);
    info_qom_get(query, "graphics", graphics_done);
}

void machine_qmp_info_again(MachineQmp *q)
{
    if (q->ready && q->info_late && !q->info_pending) {
        q->info_late = false;
        machine_qmp_query_info(q);
    }
}

/*
 * An operation that waits for a round of questions.
 *
 * @round: the first round that is as new as the operation
 */
typedef struct RefreshCall {
    MachineCall call;
    uint64_t round;
} RefreshCall;

static void refresh_update(MachineCall *call)
{
    RefreshCall *refresh = (RefreshCall *)call;

    if (machine_call_require_qmp(call) &&
        call->q->info_answered >= refresh->round) {
        machine_call_succeed(call, NULL, NULL);
    }
}

static void refresh_free(MachineCall *call)
{
    g_free(call);
}

void machine_qmp_refresh_info(Machine *machine, GTask *task)
{
    MachineQmp *q = (MachineQmp *)machine;
    RefreshCall *refresh = g_new0(RefreshCall, 1);

    refresh->call.free = refresh_free;
    refresh->call.update = refresh_update;
    machine_call_init(&refresh->call, q, task);
    if (machine_call_require_qmp(&refresh->call)) {
        refresh->round = q->info_asked + 1;
        machine_call_set_deadline(&refresh->call, MACHINE_QMP_COMMAND_MS,
                                  "QEMU did not tell its facts in time");
        machine_qmp_query_info(q);
    }
}
