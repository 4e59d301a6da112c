/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses that are left out of what a name resolves to. */
#include "osdep.h"

#include "util/target.h"

#include "util/error.h"

/* Metadata services that are not at link-local addresses. */
static const char *const metadata[] = {
    "100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::23",
    "fd00:ec2::254", "fd20:ce::254",
};

/*
 * IPv6 addresses that others translate to the IPv4 address within: of NAT64
 * (RFC 6052, RFC 8215), compatible ones (RFC 4291) and 6to4 (RFC 3056).
 */
static const struct {
    uint8_t prefix[12];
    size_t len;
    size_t at;
} embeddings[] = {
    { { 0x00, 0x64, 0xff, 0x9b }, 12, 12 },
    { { 0x00, 0x64, 0xff, 0x9b, 0x00, 0x01 }, 6, 12 },
    { { 0 }, 12, 12 },
    { { 0x20, 0x02 }, 2, 2 },
};

static GInetAddress *unmap(GInetAddress *address)
{
    static const uint8_t prefix[12] = { [10] = 0xff, [11] = 0xff };
    const guint8 *bytes = g_inet_address_to_bytes(address);

    if (g_inet_address_get_family(address) == G_SOCKET_FAMILY_IPV6 &&
        memcmp(bytes, prefix, sizeof(prefix)) == 0) {
        return g_inet_address_new_from_bytes(bytes + sizeof(prefix),
                                             G_SOCKET_FAMILY_IPV4);
    }
    return g_object_ref(address);
}

/* Returns (transfer full) (nullable): the IPv4 address within. */
static GInetAddress *embedded(GInetAddress *address)
{
    const guint8 *bytes = g_inet_address_to_bytes(address);
    unsigned i;

    if (g_inet_address_get_family(address) != G_SOCKET_FAMILY_IPV6 ||
        g_inet_address_get_is_loopback(address)) {
        return NULL;
    }
    for (i = 0; i < G_N_ELEMENTS(embeddings); i++) {
        if (memcmp(bytes, embeddings[i].prefix, embeddings[i].len) == 0) {
            return g_inet_address_new_from_bytes(bytes + embeddings[i].at,
                                                 G_SOCKET_FAMILY_IPV4);
        }
    }
    return NULL;
}

/* 0.0.0.0/8 is "this host", and 255.255.255.255 all of them. */
static bool is_special(GInetAddress *address)
{
    const guint8 *bytes = g_inet_address_to_bytes(address);

    return g_inet_address_get_family(address) == G_SOCKET_FAMILY_IPV4 &&
           (bytes[0] == 0 || bytes[0] >= 240);
}

static bool is_metadata(GInetAddress *address)
{
    g_autofree char *text = g_inet_address_to_string(address);
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(metadata); i++) {
        if (g_str_equal(text, metadata[i])) {
            return true;
        }
    }
    return false;
}

static bool is_listed(GInetAddress *address, const char *name,
                      const char *const *allow)
{
    g_autofree char *text = g_inet_address_to_string(address);

    for (; allow && *allow; allow++) {
        if (g_str_equal(*allow, text) ||
            (name && g_ascii_strcasecmp(*allow, name) == 0)) {
            return true;
        }
    }
    return false;
}

static bool is_harmless(GInetAddress *address, bool host)
{
    return !g_inet_address_get_is_link_local(address) &&
           !g_inet_address_get_is_any(address) &&
           !g_inet_address_get_is_multicast(address) &&
           !is_special(address) && !is_metadata(address) &&
           (host || !g_inet_address_get_is_loopback(address));
}

bool target_allowed(GInetAddress *mapped, const char *name,
                    const char *const *allow, bool host)
{
    g_autoptr(GInetAddress) address = unmap(mapped);
    g_autoptr(GInetAddress) within = embedded(address);

    return is_listed(address, name, allow) ||
           (is_harmless(address, host) &&
            (!within || is_harmless(within, host)));
}

/*
 * TargetEnumerator: what another enumerator finds, but for addresses that
 * are not allowed.
 */
typedef struct TargetEnumerator {
    GSocketAddressEnumerator parent;
    GSocketAddressEnumerator *inner;
    char *name;
    char **allow;
    bool host;
    bool found;
} TargetEnumerator;

typedef struct TargetEnumeratorClass {
    GSocketAddressEnumeratorClass parent;
} TargetEnumeratorClass;

static GType target_enumerator_get_type(void);
G_DEFINE_TYPE(TargetEnumerator, target_enumerator,
              G_TYPE_SOCKET_ADDRESS_ENUMERATOR)

static bool allowed(const TargetEnumerator *self, GSocketAddress *address)
{
    return G_IS_INET_SOCKET_ADDRESS(address) &&
           target_allowed(g_inet_socket_address_get_address(
                              G_INET_SOCKET_ADDRESS(address)), self->name,
                          (const char *const *)self->allow, self->host);
}

static void refuse(GError **errp)
{
    g_set_error(errp, BMC_ERROR, BMC_ERROR_PERMISSION,
                "its address is one that must not be connected to");
}

static GSocketAddress *enumerator_next(GSocketAddressEnumerator *enumerator,
                                       GCancellable *cancellable,
                                       GError **errp)
{
    TargetEnumerator *self = (TargetEnumerator *)enumerator;
    GSocketAddress *address;

    while ((address = g_socket_address_enumerator_next(
                self->inner, cancellable, errp))) {
        if (allowed(self, address)) {
            self->found = true;
            return address;
        }
        g_object_unref(address);
    }
    if (!self->found && (!errp || !*errp)) {
        refuse(errp);
    }
    return NULL;
}

static void found(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GTask) task = opaque;
    TargetEnumerator *self = g_task_get_source_object(task);
    g_autoptr(GError) err = NULL;
    g_autoptr(GSocketAddress) address = NULL;

    address = g_socket_address_enumerator_next_finish(self->inner, res,
                                                      &err);
    if (address && !allowed(self, address)) {
        GCancellable *cancellable = g_task_get_cancellable(task);

        g_socket_address_enumerator_next_async(self->inner, cancellable,
                                               found,
                                               g_steal_pointer(&task));
        return;
    }
    if (!address && !err && !self->found) {
        refuse(&err);
    }
    if (err) {
        g_task_return_error(task, g_steal_pointer(&err));
        return;
    }
    self->found |= address != NULL;
    g_task_return_pointer(task, g_steal_pointer(&address), g_object_unref);
}

static void enumerator_next_async(GSocketAddressEnumerator *enumerator,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback, void *opaque)
{
    TargetEnumerator *self = (TargetEnumerator *)enumerator;
    GTask *task = g_task_new(self, cancellable, callback, opaque);

    g_socket_address_enumerator_next_async(self->inner, cancellable, found,
                                           task);
}

static GSocketAddress *enumerator_next_finish(
    GSocketAddressEnumerator *enumerator, GAsyncResult *res, GError **errp)
{
    return g_task_propagate_pointer(G_TASK(res), errp);
}

static void enumerator_finalize(GObject *object)
{
    TargetEnumerator *self = (TargetEnumerator *)object;

    g_clear_object(&self->inner);
    g_clear_pointer(&self->name, g_free);
    g_clear_pointer(&self->allow, g_strfreev);
    G_OBJECT_CLASS(target_enumerator_parent_class)->finalize(object);
}

static void target_enumerator_class_init(TargetEnumeratorClass *class)
{
    GSocketAddressEnumeratorClass *parent =
        G_SOCKET_ADDRESS_ENUMERATOR_CLASS(class);

    G_OBJECT_CLASS(class)->finalize = enumerator_finalize;
    parent->next = enumerator_next;
    parent->next_async = enumerator_next_async;
    parent->next_finish = enumerator_next_finish;
}

static void target_enumerator_init(TargetEnumerator *self)
{
}

/*
 * Target: a GNetworkAddress with another enumerator.
 */
typedef struct Target {
    GNetworkAddress parent;
    char **allow;
    bool host;
} Target;

typedef struct TargetClass {
    GNetworkAddressClass parent;
} TargetClass;

static void connectable_init(GSocketConnectableIface *iface);

static GType target_get_type(void);
G_DEFINE_TYPE_WITH_CODE(Target, target, G_TYPE_NETWORK_ADDRESS,
                        G_IMPLEMENT_INTERFACE(G_TYPE_SOCKET_CONNECTABLE,
                                              connectable_init))

static GSocketConnectableIface *parent_iface;

static GSocketAddressEnumerator *target_enumerate(GSocketConnectable *target)
{
    TargetEnumerator *enumerator =
        g_object_new(target_enumerator_get_type(), NULL);

    enumerator->inner = parent_iface->enumerate(target);
    enumerator->name = g_strdup(g_network_address_get_hostname(
        G_NETWORK_ADDRESS(target)));
    enumerator->allow = g_strdupv(((Target *)target)->allow);
    enumerator->host = ((Target *)target)->host;
    return G_SOCKET_ADDRESS_ENUMERATOR(enumerator);
}

static void connectable_init(GSocketConnectableIface *iface)
{
    parent_iface = g_type_interface_peek_parent(iface);
    iface->enumerate = target_enumerate;
    iface->proxy_enumerate = target_enumerate;
    iface->to_string = parent_iface->to_string;
}

static void target_finalize(GObject *object)
{
    g_clear_pointer(&((Target *)object)->allow, g_strfreev);
    G_OBJECT_CLASS(target_parent_class)->finalize(object);
}

static void target_class_init(TargetClass *class)
{
    G_OBJECT_CLASS(class)->finalize = target_finalize;
}

static void target_init(Target *self)
{
}

GSocketConnectable *target_new(const char *name, guint16 port,
                               const char *const *allow, bool host)
{
    Target *target = g_object_new(target_get_type(), "hostname", name,
                                  "port", port, NULL);

    target->allow = g_strdupv((char **)allow);
    target->host = host;
    return G_SOCKET_CONNECTABLE(target);
}
