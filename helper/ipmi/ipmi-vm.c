/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The BMC's end of QEMU's ipmi-bmc-extern. QEMU greets with its version and
 * capabilities, and then sends one request at a time for the guest, which
 * it answers itself, with "timeout", if we take over four seconds; the
 * core's deadline is far below. Power is not done through this channel,
 * where it would look as if the guest had asked for it, but through QMP.
 */
#include "osdep.h"

#include "ipmi/ipmi-vm.h"

#include "codec/vmproto.h"
#include "util/addr.h"
#include "util/error.h"
#include "util/listener.h"
#include "util/log.h"
#include "util/secret.h"

/* QEMU asks one thing at a time; whoever does not is cut short. */
#define PENDING_MAX 16
#define READ_SIZE 512
/* What may wait for a peer that does not read; then it is dropped. */
#define OUT_MAX 16384

typedef struct VmLink VmLink;

/*
 * VmOp: a request and where its answer goes.
 */
typedef struct VmOp {
    VmLink *link;
    VmprotoFrame request;
    IpmiRequest *pending;
    GList entry;
} VmOp;

/*
 * VmLink: a connection.
 *
 * @greeted: a frame has come, so it is QEMU
 */
struct VmLink {
    IpmiVm *vm;
    GSocket *socket;
    GSource *in;
    GSource *out;
    VmprotoDecoder decoder;
    GByteArray *queue;
    GQueue ops;
    bool greeted;
};

/*
 * IpmiVm: the server.
 *
 * @refused: IpmiContext.refused
 * @attention: what the device was told about message flags
 * @irq: what it was told about interrupts
 * @changes: on the system interface's notifiers
 */
struct IpmiVm {
    IpmiCore *core;
    Listener *listener;
    VmLink *link;
    uint8_t refused;
    bool attention;
    bool irq;
    Notifier changes;
    LogLimit log;
};

/* Whoever can connect could fill the log. */
static void log_event(IpmiVm *vm, const char *event)
{
    unsigned suppressed;

    if (!log_limit_allows(&vm->log, clock_now_ms(vm->core->clock),
                          &suppressed)) {
        return;
    }
    if (suppressed) {
        g_info("in-band IPMI: %u more such events", suppressed);
    }
    g_info("in-band IPMI: %s", event);
}

static void drop_source(GSource **source)
{
    if (*source) {
        g_source_destroy(*source);
        g_source_unref(*source);
        *source = NULL;
    }
}

static void op_free(VmOp *op)
{
    g_queue_unlink(&op->link->ops, &op->entry);
    g_free(op);
}

static void link_close(IpmiVm *vm)
{
    VmLink *link = vm->link;
    VmOp *op;

    if (!link) {
        return;
    }
    vm->link = NULL;
    while (link->ops.head) {
        op = link->ops.head->data;
        ipmi_request_cancel(op->pending);
        op_free(op);
    }
    drop_source(&link->in);
    drop_source(&link->out);
    g_object_unref(link->socket);
    g_byte_array_unref(link->queue);
    g_free(link);
}

/* Returns false if the connection is broken. */
static bool link_flush(VmLink *link)
{
    g_autoptr(GError) err = NULL;
    gssize n;

    while (link->queue->len) {
        n = g_socket_send(link->socket, (const char *)link->queue->data,
                          link->queue->len, NULL, &err);
        if (n < 0) {
            return g_error_matches(err, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
        }
        g_byte_array_remove_range(link->queue, 0, n);
    }
    return true;
}

static gboolean link_writable(GSocket *socket, GIOCondition cond,
                              void *opaque)
{
    IpmiVm *vm = opaque;

    if (!link_flush(vm->link)) {
        link_close(vm);
        return G_SOURCE_REMOVE;
    }
    if (vm->link->queue->len == 0) {
        drop_source(&vm->link->out);
        return G_SOURCE_REMOVE;
    }
    return G_SOURCE_CONTINUE;
}

static GSource *watch(IpmiVm *vm, GIOCondition cond, GSocketSourceFunc func)
{
    GSource *source = g_socket_create_source(vm->link->socket, cond, NULL);

    g_source_set_callback(source, G_SOURCE_FUNC(func), vm, NULL);
    g_source_attach(source, g_main_context_get_thread_default());
    return source;
}

/*
 * Sends what it can and keeps the rest. A broken connection is not closed
 * here, where callers still use it: its input side reports it.
 */
static void link_send(IpmiVm *vm, const ByteWriter *w)
{
    VmLink *link = vm->link;

    if (w->failed || link->queue->len + w->len > OUT_MAX) {
        return;
    }
    g_byte_array_append(link->queue, w->data, w->len);
    if (!link->out && link_flush(link) && link->queue->len) {
        link->out = watch(vm, G_IO_OUT, link_writable);
    }
}

static void send_command(IpmiVm *vm, uint8_t cmd, const uint8_t *args,
                         size_t len)
{
    uint8_t wire[VMPROTO_WIRE_MAX];
    ByteWriter w = byte_writer(wire, sizeof(wire));

    vmproto_build_command(&w, cmd, args, len);
    link_send(vm, &w);
}

/*
 * KCS and BT interrupt the guest only after it was allowed here, and QEMU's
 * device keeps that, and its attention bit, over a reset of the machine and
 * over a restart of ours. So it knows best whether attention interrupts.
 */
static void msg_changed(void *opaque, const void *data)
{
    IpmiVm *vm = opaque;
    const IpmiMsg *msg = &vm->core->msg;
    bool irq = msg->enables & IPMI_MSG_ENABLES_IRQ;
    bool attention = msg->flags != 0;

    if (!vm->link) {
        return;
    }
    if (irq != vm->irq) {
        vm->irq = irq;
        send_command(vm, irq ? VMPROTO_CMD_ENABLE_IRQ :
                     VMPROTO_CMD_DISABLE_IRQ, NULL, 0);
    }
    if (attention != vm->attention) {
        vm->attention = attention;
        send_command(vm, attention ? VMPROTO_CMD_ATTN_IRQ :
                     VMPROTO_CMD_NOATTN, NULL, 0);
    }
}

static void answer(IpmiVm *vm, const VmprotoFrame *request, uint8_t cc,
                   const uint8_t *data, size_t len)
{
    uint8_t wire[VMPROTO_WIRE_MAX];
    ByteWriter w = byte_writer(wire, sizeof(wire));

    vmproto_build_response(&w, request, cc, data, len);
    link_send(vm, &w);
}

static void op_done(void *opaque, uint8_t cc, const uint8_t *data, size_t len)
{
    VmOp *op = opaque;

    answer(op->link->vm, &op->request, cc, data, len);
    op_free(op);
}

static void handle_message(IpmiVm *vm, const VmprotoFrame *frame)
{
    IpmiContext ctx = {
        .channel = IPMI_CHANNEL_SYSTEM,
        .privilege = BMC_PRIVILEGE_ADMIN,
        .refused = vm->refused,
        .origin = { .channel = BMC_CHANNEL_IN_BAND },
    };
    IpmiMessage msg = { 0 };
    IpmiRequest *pending;
    VmOp *op;

    /* Silence would keep the guest waiting for QEMU's four seconds. */
    if (frame->netfn & 1) {
        answer(vm, frame, IPMI_CC_INVALID_CMD, NULL, 0);
        return;
    }
    if (vm->link->ops.length >= PENDING_MAX) {
        answer(vm, frame, IPMI_CC_NODE_BUSY, NULL, 0);
        return;
    }
    op = g_new0(VmOp, 1);
    op->link = vm->link;
    op->request = *frame;
    op->request.data = NULL;
    op->request.data_len = 0;
    op->entry.data = op;
    g_queue_push_tail_link(&vm->link->ops, &op->entry);
    msg.netfn = frame->netfn;
    msg.lun = frame->lun;
    msg.cmd = frame->cmd;
    msg.data = frame->data;
    msg.len = frame->data_len;
    pending = ipmi_core_execute(vm->core, &ctx, &msg, op_done, op);
    if (pending) {
        op->pending = pending;
    }
}

static void handle_command(IpmiVm *vm, const VmprotoFrame *frame)
{
    if (frame->cmd == VMPROTO_CMD_RESET) {
        /* No QEMU sends it so far; the hub knows of resets by QMP. */
        ipmi_msg_reset(&vm->core->msg);
    }
    if (frame->cmd == VMPROTO_CMD_VERSION) {
        if (frame->data_len != 1 || frame->data[0] != VMPROTO_VERSION) {
            log_event(vm, "unknown protocol version");
        }
        /* If it is a new device, it has everything off. */
        vm->irq = false;
        vm->attention = false;
        msg_changed(vm, NULL);
    }
}

static void handle_frame(IpmiVm *vm, const VmprotoFrame *frame)
{
    if (!vm->link->greeted && frame->kind != VMPROTO_BAD) {
        vm->link->greeted = true;
        log_event(vm, "QEMU connected");
    }
    if (frame->kind == VMPROTO_MESSAGE) {
        handle_message(vm, frame);
    } else if (frame->kind == VMPROTO_COMMAND) {
        handle_command(vm, frame);
    } else {
        g_debug("in-band IPMI: broken frame skipped");
    }
}

static gboolean link_readable(GSocket *socket, GIOCondition cond,
                              void *opaque)
{
    IpmiVm *vm = opaque;
    g_autoptr(GError) err = NULL;
    VmprotoFrame frame;
    uint8_t buf[READ_SIZE];
    gssize n;
    gssize at = 0;

    n = g_socket_receive(socket, (char *)buf, sizeof(buf), NULL, &err);
    if (n < 0 && g_error_matches(err, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
        return G_SOURCE_CONTINUE;
    }
    if (n <= 0) {
        log_event(vm, "QEMU disconnected");
        link_close(vm);
        return G_SOURCE_REMOVE;
    }
    while (at < n) {
        at += vmproto_decode(&vm->link->decoder, buf + at, n - at, &frame);
        if (frame.kind != VMPROTO_MORE) {
            handle_frame(vm, &frame);
            /* It may have been a password */
            secret_wipe(vm->link->decoder.buf,
                        sizeof(vm->link->decoder.buf));
        }
    }
    secret_wipe(buf, n);
    return G_SOURCE_CONTINUE;
}

static void accepted(GSocket *socket, void *opaque)
{
    IpmiVm *vm = opaque;
    static const uint8_t version[] = { VMPROTO_VERSION };

    link_close(vm);
    vm->link = g_new0(VmLink, 1);
    vm->link->vm = vm;
    vm->link->socket = g_object_ref(socket);
    vm->link->queue = g_byte_array_new();
    g_queue_init(&vm->link->ops);
    g_socket_set_blocking(socket, FALSE);
    vm->link->in = watch(vm, G_IO_IN, link_readable);
    send_command(vm, VMPROTO_CMD_VERSION, version, sizeof(version));
}

IpmiVm *ipmi_vm_new(IpmiCore *core, GSocketAddress *addr, IpmiVmPolicy policy,
                    GError **errp)
{
    static const uint8_t refused[] = {
        [IPMI_VM_FULL] = 0,
        [IPMI_VM_NO_ACCOUNTS] = IPMI_CMD_ACCOUNTS,
        [IPMI_VM_READ_ONLY] = IPMI_CMD_CHANGES | IPMI_CMD_ACCOUNTS,
    };
    IpmiVm *vm = g_new0(IpmiVm, 1);

    vm->listener = listener_new(addr, accepted, vm, errp);
    if (!vm->listener) {
        g_free(vm);
        return NULL;
    }
    vm->core = core;
    vm->refused = refused[policy];
    notifier_list_add(&core->msg.notifiers, &vm->changes, msg_changed, vm);
    return vm;
}

void ipmi_vm_free(IpmiVm *vm)
{
    if (!vm) {
        return;
    }
    notifier_remove(&vm->changes);
    link_close(vm);
    listener_free(vm->listener);
    g_free(vm);
}

GSocketAddress *ipmi_vm_address(const IpmiVm *vm)
{
    return listener_address(vm->listener);
}
