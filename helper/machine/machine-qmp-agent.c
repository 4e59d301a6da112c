/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guest agent of a machine driven over QMP: where its channel is, when
 * it is there, and when to ask it.
 *
 * The channel is the virtio-serial port that qemu-ga uses. QEMU tells when
 * the guest opens or closes a port that has an id (VSERPORT_CHANGE), and
 * query-chardev tells it of any port, as well as whether somebody else is
 * connected: QEMU serves one client, and libvirt keeps it to itself. Then the
 * agent is left alone.
 */
#include "osdep.h"

#include "machine/machine-qmp-priv.h"

#include <gio/gunixsocketaddress.h>

#include "machine/machine-agent.h"
#include "machine/machine-qmp.h"
#include "qmp/qmp-cmds.h"
#include "util/addr.h"
#include "util/error.h"
#include "util/json.h"

#define PORT_TYPE "child<virtserialport>"
/* virtio-serial devices have 31 ports at most; nobody has many of them. */
#define PORTS_MAX 256
/* An agent that is there and silent is not asked again for that long. */
#define SILENT_MS 30000
/* That long QEMU may take us for somebody else who is connected. */
#define HANG_UP_MS 1000
#define RETRY_MS 100

/*
 * Look: questions to QEMU under way.
 *
 * @q: the machine, or NULL when nobody waits for the answers any more
 * @pending: answers that have not come
 */
typedef struct Look {
    MachineQmp *q;
    unsigned pending;
} Look;

/*
 * MachineQmpAgent: what is known of the channel.
 *
 * @off: it is not looked for
 * @given: (nullable): where it is, as configured
 * @began: it was looked for on this connection
 * @path: (nullable): QOM path of the port, once found
 * @chardev: (nullable): its character device
 * @found: (nullable): where QEMU listens with that
 * @open: the guest has opened the port
 * @taken: somebody else is connected
 * @look: (nullable): QEMU is being asked
 * @again: something has happened meanwhile
 * @talk: (nullable): the agent is being asked
 * @has_talked: it was, and we hung up at @talked_ms
 * @retry: QEMU will be asked again whether somebody is connected
 * @silent: it did not answer, at @silent_ms
 * @told: what it last failed with was logged
 * @waiters: GTasks of those who want the facts to be current
 */
struct MachineQmpAgent {
    bool off;
    GSocketAddress *given;
    bool began;
    char *path;
    char *chardev;
    GSocketAddress *found;
    bool open;
    bool taken;
    Look *look;
    bool again;
    MachineAgentTalk *talk;
    bool has_talked;
    int64_t talked_ms;
    ClockTimer *retry;
    bool silent;
    int64_t silent_ms;
    bool told;
    GPtrArray *waiters;
};

static const char *const containers[] = {
    "/machine/peripheral", "/machine/peripheral-anon",
};

/* A question about a container or a port. */
typedef struct PortQuestion {
    Look *look;
    char *path;
} PortQuestion;

static void look(MachineQmp *q);

static void tell_waiters(MachineQmpAgent *agent)
{
    g_autoptr(GPtrArray) waiters = agent->waiters;

    agent->waiters = g_ptr_array_new_with_free_func(g_object_unref);
    for (guint i = 0; i < waiters->len; i++) {
        g_task_return_boolean(waiters->pdata[i], true);
    }
}

/* (transfer full) @guest */
static void set_guest(MachineQmp *q, MachineGuest *guest)
{
    MachineGuest *old = q->parent.guest;
    bool same = machine_guest_equal(old, guest);

    q->parent.guest = guest;
    machine_guest_free(old);
    if (!same) {
        machine_notify(&q->parent, MACHINE_EVENT_GUEST, false, NULL);
    }
}

static void forget_port(MachineQmpAgent *agent)
{
    g_clear_pointer(&agent->path, g_free);
    g_clear_pointer(&agent->chardev, g_free);
    g_clear_object(&agent->found);
    agent->open = false;
    agent->taken = false;
}

static void hang_up(MachineQmp *q)
{
    MachineQmpAgent *agent = q->agent;

    if (agent->talk) {
        g_clear_pointer(&agent->talk, machine_agent_talk_free);
        agent->has_talked = true;
        agent->talked_ms = clock_now_ms(q->clock);
    }
}

static void talk_over(void *opaque, MachineGuest *guest, const GError *err)
{
    MachineQmp *q = opaque;
    MachineQmpAgent *agent = q->agent;

    agent->silent = !guest;
    hang_up(q);
    if (guest) {
        if (!q->parent.guest) {
            g_info("the guest agent answers");
        }
        agent->told = false;
    } else {
        if (!agent->told) {
            g_info("guest agent: %s", err->message);
        }
        agent->told = true;
        agent->silent_ms = clock_now_ms(q->clock);
    }
    set_guest(q, guest);
    if (agent->again) {
        look(q);
    } else {
        tell_waiters(agent);
    }
}

static bool may_ask(MachineQmp *q)
{
    const MachineQmpAgent *agent = q->agent;

    return q->parent.state == MACHINE_STATE_RUNNING &&
           (agent->given || agent->found) &&
           (agent->chardev ? agent->open && !agent->taken
                           : agent->given != NULL) &&
           (!agent->silent ||
            clock_now_ms(q->clock) - agent->silent_ms >= SILENT_MS);
}

static void retry(void *opaque)
{
    look(opaque);
}

/* QEMU may not have seen that we have hung up. */
static bool may_be_us(MachineQmp *q)
{
    const MachineQmpAgent *agent = q->agent;

    return agent->chardev && agent->open && agent->taken &&
           agent->has_talked &&
           clock_now_ms(q->clock) - agent->talked_ms < HANG_UP_MS;
}

/* All that QMP tells is known. */
static void looked(MachineQmp *q)
{
    MachineQmpAgent *agent = q->agent;
    bool given = agent->given;

    if (agent->again) {
        look(q);
        return;
    }
    if (may_ask(q)) {
        agent->talk = machine_agent_talk_new(
            given ? agent->given : agent->found, given ? 0 : q->parent.info.pid,
            q->clock, talk_over, q);
        return;
    }
    if (may_be_us(q)) {
        clock_timer_start(q->clock, &agent->retry, RETRY_MS, retry, q);
        return;
    }
    if (!agent->open && (agent->chardev || !given)) {
        set_guest(q, NULL);
    }
    tell_waiters(agent);
}

/* Returns whether the answer counts; it does not when QEMU has gone. */
static bool counts(const Look *look, const GError *error)
{
    return look->q && !bmc_error_is_cancelled(error) &&
           !(error && error->domain == BMC_ERROR);
}

/* To be called at the end of each answer. */
static void answered(Look *l)
{
    MachineQmp *q = l->q;

    if (--l->pending) {
        return;
    }
    g_free(l);
    if (q) {
        q->agent->look = NULL;
        looked(q);
    }
}

/*
 * "disconnected:unix:/run/vm1/ga.sock,server=on": where QEMU listens, and
 * that nobody is connected. A path may have commas in it. The socket must be
 * one that only this host can reach, and that we can see as QEMU does.
 */
static GSocketAddress *parse_filename(const char *text, bool *taken)
{
    static const char free_prefix[] = "disconnected:";
    g_autofree char *name = NULL;
    g_autoptr(GSocketAddress) addr = NULL;
    char *server;

    *taken = !g_str_has_prefix(text, free_prefix);
    name = g_strdup(*taken ? text : text + strlen(free_prefix));
    server = g_strrstr(name, ",server");
    if (!server || g_str_has_suffix(server, "=off") ||
        !(g_str_has_prefix(name, "unix:/") ||
          g_str_has_prefix(name, "tcp:"))) {
        return NULL;
    }
    *server = '\0';
    if (name[0] == 'u') {
        return strlen(name + strlen("unix:")) < 108 ?
               g_unix_socket_address_new(name + strlen("unix:")) : NULL;
    }
    addr = addr_parse(name, NULL, -1, NULL);
    return addr && addr_is_local(addr) ? g_steal_pointer(&addr) : NULL;
}

static void take_chardev(MachineQmp *q, JsonObject *object)
{
    MachineQmpAgent *agent = q->agent;
    const char *label = NULL, *filename = NULL;

    json_get_string(object, "label", &label);
    if (!label || !g_str_equal(label, agent->chardev)) {
        return;
    }
    json_get_bool(object, "frontend-open", &agent->open);
    json_get_string(object, "filename", &filename);
    g_clear_object(&agent->found);
    if (filename) {
        agent->found = parse_filename(filename, &agent->taken);
    }
    /* What a path means is certain only where we see the process itself. */
    if (!q->parent.info.pid) {
        g_clear_object(&agent->found);
    }
}

static void chardevs_told(GObject *source, GAsyncResult *res, void *opaque)
{
    Look *l = opaque;
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonNode) reply = qmp_client_execute_finish(res, &error);

    if (counts(l, error) && reply && JSON_NODE_HOLDS_ARRAY(reply)) {
        JsonArray *list = json_node_get_array(reply);

        l->q->agent->open = false;
        for (guint i = 0; i < json_array_get_length(list); i++) {
            JsonNode *node = json_array_get_element(list, i);

            if (JSON_NODE_HOLDS_OBJECT(node)) {
                take_chardev(l->q, json_node_get_object(node));
            }
        }
    }
    answered(l);
}

static void ask_chardevs(Look *l)
{
    l->pending++;
    qmp_client_execute_async(l->q->client, "query-chardev", NULL,
                             l->q->cancellable, chardevs_told, l);
}

static void chardev_named(GObject *source, GAsyncResult *res, void *opaque)
{
    Look *l = opaque;
    g_autoptr(GError) error = NULL;
    g_autofree char *name = qmp_qom_get_finish_string(res, &error);

    if (counts(l, error) && name && *name && !l->q->agent->chardev) {
        l->q->agent->chardev = g_steal_pointer(&name);
        ask_chardevs(l);
    }
    answered(l);
}

static void ask_port(Look *l, const char *path, const char *property,
                     GAsyncReadyCallback callback, void *opaque)
{
    l->pending++;
    qmp_qom_get_async(l->q->client, path, property, l->q->cancellable,
                      callback, opaque);
}

static PortQuestion *question_new(Look *l, char *path)
{
    PortQuestion *question = g_new0(PortQuestion, 1);

    question->look = l;
    question->path = path;
    return question;
}

static void question_free(PortQuestion *question)
{
    g_free(question->path);
    g_free(question);
}

static void port_named(GObject *source, GAsyncResult *res, void *opaque)
{
    PortQuestion *question = opaque;
    Look *l = question->look;
    g_autoptr(GError) error = NULL;
    g_autofree char *name = qmp_qom_get_finish_string(res, &error);

    if (counts(l, error) && g_strcmp0(name, MACHINE_AGENT_PORT) == 0 &&
        !l->q->agent->path) {
        l->q->agent->path = g_strdup(question->path);
        ask_port(l, question->path, "chardev", chardev_named, l);
    }
    question_free(question);
    answered(l);
}

static void container_told(GObject *source, GAsyncResult *res, void *opaque)
{
    PortQuestion *container = opaque;
    Look *l = container->look;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) children = qmp_qom_list_finish(res, &error);

    for (guint i = 0; counts(l, error) && children && i < children->len &&
         l->pending < PORTS_MAX; i++) {
        const QmpProperty *child = children->pdata[i];

        if (g_str_equal(child->type, PORT_TYPE)) {
            char *path = g_strdup_printf("%s/%s", container->path,
                                         child->name);

            ask_port(l, path, "name", port_named, question_new(l, path));
        }
    }
    question_free(container);
    answered(l);
}

/* The port, if it is not known, and what has become of it. */
static void look(MachineQmp *q)
{
    MachineQmpAgent *agent = q->agent;
    Look *l;

    agent->again = agent->look || agent->talk;
    if (agent->again) {
        return;
    }
    clock_timer_stop(&agent->retry);
    l = g_new0(Look, 1);
    l->q = q;
    l->pending = 1;
    agent->look = l;
    if (agent->chardev) {
        ask_chardevs(l);
    }
    for (size_t i = 0; !agent->chardev && i < G_N_ELEMENTS(containers);
         i++) {
        g_clear_pointer(&agent->path, g_free);
        l->pending++;
        qmp_qom_list_async(q->client, containers[i], q->cancellable,
                           container_told,
                           question_new(l, g_strdup(containers[i])));
    }
    answered(l);
}

/* It has gone for now, whatever it was about to say. */
static void agent_closed(MachineQmp *q)
{
    MachineQmpAgent *agent = q->agent;

    hang_up(q);
    clock_timer_stop(&agent->retry);
    agent->silent = false;
    agent->told = false;
    set_guest(q, NULL);
    if (!agent->look) {
        agent->again = false;
        tell_waiters(agent);
    }
}

static void port_changed(MachineQmp *q, JsonObject *data)
{
    MachineQmpAgent *agent = q->agent;
    const char *id = NULL;
    bool open = false;

    if (data) {
        json_get_string(data, "id", &id);
        json_get_bool(data, "open", &open);
    }
    if (agent->path && g_strcmp0(strrchr(agent->path, '/') + 1, id)) {
        return;
    }
    if (open) {
        agent->silent = false;
        look(q);
    } else if (agent->path) {
        agent_closed(q);
    }
}

void machine_qmp_agent_event(MachineQmp *q, const QmpEvent *event)
{
    MachineQmpAgent *agent = q->agent;

    if (!agent->began || agent->off) {
        return;
    }
    if (g_str_equal(event->name, "VSERPORT_CHANGE")) {
        port_changed(q, event->data);
    } else if (g_str_equal(event->name, "DEVICE_DELETED")) {
        if (agent->path) {
            forget_port(agent);
            look(q);
        }
    } else {
        agent_closed(q);
    }
}

void machine_qmp_agent_begin(MachineQmp *q)
{
    MachineQmpAgent *agent = q->agent;

    if (!agent->began) {
        agent->began = true;
        if (!agent->off) {
            look(q);
        }
    }
}

void machine_qmp_agent_state(MachineQmp *q)
{
    MachineQmpAgent *agent = q->agent;

    if (agent->began && !agent->off && !q->parent.guest &&
        (agent->chardev || agent->given) &&
        q->parent.state == MACHINE_STATE_RUNNING) {
        look(q);
    }
}

static void drop_look(MachineQmpAgent *agent)
{
    if (agent->look) {
        agent->look->q = NULL;
        agent->look = NULL;
    }
}

void machine_qmp_agent_end(MachineQmp *q)
{
    MachineQmpAgent *agent = q->agent;

    agent->began = false;
    drop_look(agent);
    forget_port(agent);
    agent_closed(q);
}

void machine_qmp_refresh_guest(Machine *machine, GTask *task)
{
    MachineQmp *q = (MachineQmp *)machine;
    MachineQmpAgent *agent = q->agent;

    if (!q->ready || !agent->began || agent->off ||
        (!agent->chardev && !agent->given)) {
        g_task_return_boolean(task, true);
        g_object_unref(task);
        return;
    }
    g_ptr_array_add(agent->waiters, task);
    if (!agent->look && !agent->talk && !agent->retry) {
        look(q);
    }
}

void machine_qmp_agent_new(MachineQmp *q)
{
    q->agent = g_new0(MachineQmpAgent, 1);
    q->agent->waiters = g_ptr_array_new_with_free_func(g_object_unref);
}

void machine_qmp_agent_free(MachineQmp *q)
{
    MachineQmpAgent *agent = q->agent;

    g_clear_pointer(&agent->talk, machine_agent_talk_free);
    clock_timer_stop(&agent->retry);
    drop_look(agent);
    for (guint i = 0; i < agent->waiters->len; i++) {
        g_task_return_new_error(agent->waiters->pdata[i], G_IO_ERROR,
                                G_IO_ERROR_CANCELLED, "the machine is gone");
    }
    g_ptr_array_unref(agent->waiters);
    forget_port(agent);
    g_clear_object(&agent->given);
    g_clear_pointer(&q->agent, g_free);
}

void machine_qmp_set_guest_agent(Machine *machine, bool off,
                                 GSocketAddress *addr)
{
    MachineQmp *q = (MachineQmp *)machine;

    q->agent->off = off;
    g_set_object(&q->agent->given, addr);
}
