/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the guest agent tells, as data. */
#include "osdep.h"

#include "machine/machine-guest.h"

#include <gio/gio.h>

#include "util/json.h"

static const char *const commands[MACHINE_GUEST_COMMAND__MAX] = {
    [MACHINE_GUEST_HOST_NAME] = "guest-get-host-name",
    [MACHINE_GUEST_OS] = "guest-get-osinfo",
    [MACHINE_GUEST_INTERFACES] = "guest-network-get-interfaces",
};

static void interface_free(void *opaque)
{
    MachineGuestInterface *interface = opaque;

    g_array_unref(interface->addresses);
    g_free(interface);
}

void machine_guest_free(MachineGuest *guest)
{
    if (!guest) {
        return;
    }
    g_free(guest->host_name);
    g_free(guest->os_id);
    g_free(guest->os_name);
    g_free(guest->kernel_release);
    g_free(guest->kernel_version);
    g_free(guest->machine);
    g_clear_pointer(&guest->interfaces, g_ptr_array_unref);
    g_free(guest);
}

static bool addresses_equal(const GArray *a, const GArray *b)
{
    if (a->len != b->len) {
        return false;
    }
    for (guint i = 0; i < a->len; i++) {
        const MachineGuestAddress *x, *y;

        x = &g_array_index(a, MachineGuestAddress, i);
        y = &g_array_index(b, MachineGuestAddress, i);
        if (strcmp(x->text, y->text) || x->prefix != y->prefix) {
            return false;
        }
    }
    return true;
}

static bool interfaces_equal(const GPtrArray *a, const GPtrArray *b)
{
    if (!a || !b || a->len != b->len) {
        return a == b;
    }
    for (guint i = 0; i < a->len; i++) {
        const MachineGuestInterface *x = a->pdata[i], *y = b->pdata[i];

        if (strcmp(x->mac, y->mac) ||
            !addresses_equal(x->addresses, y->addresses)) {
            return false;
        }
    }
    return true;
}

bool machine_guest_equal(const MachineGuest *a, const MachineGuest *b)
{
    if (!a || !b) {
        return a == b;
    }
    return g_strcmp0(a->host_name, b->host_name) == 0 &&
           g_strcmp0(a->os_id, b->os_id) == 0 &&
           g_strcmp0(a->os_name, b->os_name) == 0 &&
           g_strcmp0(a->kernel_release, b->kernel_release) == 0 &&
           g_strcmp0(a->kernel_version, b->kernel_version) == 0 &&
           g_strcmp0(a->machine, b->machine) == 0 &&
           interfaces_equal(a->interfaces, b->interfaces);
}

const char *machine_guest_command_name(MachineGuestCommand command)
{
    return commands[command];
}

/* One entry of supported_commands. */
static unsigned command_bit(JsonNode *node)
{
    const char *name = NULL;
    bool enabled = false;

    if (!JSON_NODE_HOLDS_OBJECT(node)) {
        return 0;
    }
    json_get_string(json_node_get_object(node), "name", &name);
    json_get_bool(json_node_get_object(node), "enabled", &enabled);
    for (size_t i = 0; enabled && i < G_N_ELEMENTS(commands); i++) {
        if (g_strcmp0(commands[i], name) == 0) {
            return 1u << i;
        }
    }
    return 0;
}

unsigned machine_guest_parse_info(JsonNode *value)
{
    JsonArray *list = NULL;
    unsigned bits = 0;

    if (JSON_NODE_HOLDS_OBJECT(value)) {
        json_get_array(json_node_get_object(value), "supported_commands",
                       &list);
    }
    for (guint i = 0; list && i < json_array_get_length(list); i++) {
        bits |= command_bit(json_array_get_element(list, i));
    }
    return bits;
}

/* JSON's texts are UTF-8. One that nobody would want to see is not taken. */
static bool is_good_text(const char *text)
{
    size_t len = strlen(text);

    if (!len || len > MACHINE_GUEST_TEXT_MAX ||
        !g_utf8_validate(text, len, NULL)) {
        return false;
    }
    for (const char *p = text; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);

        /* Which are no controls, but end a line all the same. */
        if (!g_unichar_isprint(c) || c == 0x2028 || c == 0x2029) {
            return false;
        }
    }
    return true;
}

static void get_text(JsonObject *object, const char *name, char **out)
{
    const char *text = NULL;

    g_clear_pointer(out, g_free);
    if (json_get_string(object, name, &text) == JSON_GET_OK &&
        is_good_text(text)) {
        *out = g_strdup(text);
    }
}

static void parse_os(MachineGuest *guest, JsonObject *object)
{
    get_text(object, "id", &guest->os_id);
    get_text(object, "pretty-name", &guest->os_name);
    if (!guest->os_name) {
        get_text(object, "name", &guest->os_name);
    }
    get_text(object, "kernel-release", &guest->kernel_release);
    get_text(object, "kernel-version", &guest->kernel_version);
    get_text(object, "machine", &guest->machine);
}

/* Six bytes, as Ethernet has them. */
static bool parse_mac(JsonObject *object, char out[MACHINE_GUEST_MAC_SIZE])
{
    const char *text = NULL;

    if (json_get_string(object, "hardware-address", &text) != JSON_GET_OK ||
        strlen(text) != MACHINE_GUEST_MAC_SIZE - 1) {
        return false;
    }
    for (unsigned i = 0; i < MACHINE_GUEST_MAC_SIZE - 1; i++) {
        if (i % 3 == 2 ? text[i] != ':' : !g_ascii_isxdigit(text[i])) {
            return false;
        }
        out[i] = g_ascii_tolower(text[i]);
    }
    out[MACHINE_GUEST_MAC_SIZE - 1] = '\0';
    return true;
}

static bool parse_address(JsonNode *node, MachineGuestAddress *address)
{
    const char *type = NULL, *text = NULL;
    g_autoptr(GInetAddress) inet = NULL;
    g_autofree char *canonical = NULL;
    int64_t prefix = -1;

    if (!JSON_NODE_HOLDS_OBJECT(node)) {
        return false;
    }
    json_get_string(json_node_get_object(node), "ip-address", &text);
    json_get_string(json_node_get_object(node), "ip-address-type", &type);
    json_get_int(json_node_get_object(node), "prefix", &prefix);
    inet = text && strlen(text) < MACHINE_GUEST_ADDRESS_SIZE ?
           g_inet_address_new_from_string(text) : NULL;
    if (!inet) {
        return false;
    }
    address->v6 = g_inet_address_get_family(inet) == G_SOCKET_FAMILY_IPV6;
    if (g_strcmp0(type, address->v6 ? "ipv6" : "ipv4") || prefix < 0 ||
        prefix > (address->v6 ? 128 : 32)) {
        return false;
    }
    address->prefix = prefix;
    canonical = g_inet_address_to_string(inet);
    return g_strlcpy(address->text, canonical, sizeof(address->text)) <
           sizeof(address->text);
}

/* @left: how many addresses may still be taken, of all interfaces. */
static MachineGuestInterface *parse_interface(JsonObject *object,
                                              unsigned *left)
{
    g_autofree MachineGuestInterface *interface =
        g_new0(MachineGuestInterface, 1);
    JsonArray *list = NULL;

    if (!parse_mac(object, interface->mac)) {
        return NULL;
    }
    interface->addresses = g_array_new(false, true,
                                       sizeof(MachineGuestAddress));
    json_get_array(object, "ip-addresses", &list);
    for (guint i = 0; list && i < json_array_get_length(list) && *left &&
         interface->addresses->len < MACHINE_GUEST_ADDRESSES_MAX; i++) {
        MachineGuestAddress address = { 0 };

        if (parse_address(json_array_get_element(list, i), &address)) {
            g_array_append_val(interface->addresses, address);
            (*left)--;
        }
    }
    return g_steal_pointer(&interface);
}

static void parse_interfaces(MachineGuest *guest, JsonArray *list)
{
    unsigned left = MACHINE_GUEST_ALL_ADDRESSES_MAX;

    g_clear_pointer(&guest->interfaces, g_ptr_array_unref);
    guest->interfaces = g_ptr_array_new_with_free_func(interface_free);
    for (guint i = 0; i < json_array_get_length(list) &&
         guest->interfaces->len < MACHINE_GUEST_INTERFACES_MAX; i++) {
        JsonNode *node = json_array_get_element(list, i);
        MachineGuestInterface *interface = NULL;

        if (JSON_NODE_HOLDS_OBJECT(node)) {
            interface = parse_interface(json_node_get_object(node),
                                        &left);
        }
        if (interface) {
            g_ptr_array_add(guest->interfaces, interface);
        }
    }
}

void machine_guest_parse(MachineGuest *guest, MachineGuestCommand command,
                         JsonNode *value)
{
    if (command == MACHINE_GUEST_INTERFACES) {
        if (JSON_NODE_HOLDS_ARRAY(value)) {
            parse_interfaces(guest, json_node_get_array(value));
        }
    } else if (!JSON_NODE_HOLDS_OBJECT(value)) {
        return;
    } else if (command == MACHINE_GUEST_HOST_NAME) {
        get_text(json_node_get_object(value), "host-name",
                 &guest->host_name);
    } else {
        parse_os(guest, json_node_get_object(value));
    }
}

/*
 * The agent does not tell the kernel's name. Ids are those of os-release, of
 * which Linux has hundreds; but only its kernels' versions begin like this.
 */
MachineGuestOs machine_guest_os(const MachineGuest *guest)
{
    static const char *const bsd[] = {
        "dragonfly", "freebsd", "netbsd", "openbsd",
    };

    if (g_strcmp0(guest->os_id, "mswindows") == 0) {
        return MACHINE_GUEST_OS_WINDOWS;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(bsd); i++) {
        if (g_strcmp0(guest->os_id, bsd[i]) == 0) {
            return MACHINE_GUEST_OS_BSD;
        }
    }
    return guest->kernel_version && guest->kernel_version[0] == '#' ?
           MACHINE_GUEST_OS_LINUX : MACHINE_GUEST_OS_UNKNOWN;
}

static const MachineGuestInterface *nth_interface(const MachineGuest *guest,
                                                  const char *mac,
                                                  unsigned *i)
{
    for (; mac && guest && guest->interfaces && *i < guest->interfaces->len;
         (*i)++) {
        const MachineGuestInterface *interface =
            guest->interfaces->pdata[*i];

        if (g_ascii_strcasecmp(interface->mac, mac) == 0) {
            (*i)++;
            return interface;
        }
    }
    return NULL;
}

const MachineGuestAddress *machine_guest_nth_address(
    const MachineGuest *guest, const char *mac, bool v6, unsigned n)
{
    const MachineGuestInterface *interface;
    unsigned i = 0;

    while ((interface = nth_interface(guest, mac, &i))) {
        for (guint j = 0; j < interface->addresses->len; j++) {
            const MachineGuestAddress *address =
                &g_array_index(interface->addresses, MachineGuestAddress, j);

            if (address->v6 == v6 && n-- == 0) {
                return address;
            }
        }
    }
    return NULL;
}

bool machine_guest_has_interface(const MachineGuest *guest, const char *mac)
{
    unsigned i = 0;

    return nth_interface(guest, mac, &i);
}
