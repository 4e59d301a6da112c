/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Answers of a guest agent: the first byte says to which question. Whatever
 * is taken of them is bounded, printable and the same when it is read again.
 */
#include "osdep.h"

#include "machine/machine-guest.h"
#include "util/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check_text(const char *text)
{
    g_assert(!text || (*text && strlen(text) <= MACHINE_GUEST_TEXT_MAX &&
                       g_utf8_validate(text, -1, NULL)));
}

static void check_interfaces(const MachineGuest *guest)
{
    g_assert(guest->interfaces->len <= MACHINE_GUEST_INTERFACES_MAX);
    for (guint i = 0; i < guest->interfaces->len; i++) {
        const MachineGuestInterface *interface = guest->interfaces->pdata[i];
        const MachineGuestAddress *address;

        g_assert(strlen(interface->mac) == MACHINE_GUEST_MAC_SIZE - 1);
        g_assert(interface->addresses->len <= MACHINE_GUEST_ADDRESSES_MAX);
        g_assert(machine_guest_has_interface(guest, interface->mac));
        address = machine_guest_nth_address(guest, interface->mac, true, 0);
        g_assert(!address || strchr(address->text, ':'));
        address = machine_guest_nth_address(guest, interface->mac, false, 0);
        g_assert(!address || strchr(address->text, '.'));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    g_autoptr(MachineGuest) guest = g_new0(MachineGuest, 1);
    g_autoptr(MachineGuest) again = g_new0(MachineGuest, 1);
    g_autoptr(JsonObject) object = NULL;
    JsonNode *value = NULL;
    unsigned command;

    if (!len) {
        return 0;
    }
    command = data[0] % (MACHINE_GUEST_COMMAND__MAX + 1);
    object = json_parse_object((const char *)data + 1, len - 1, NULL);
    if (object) {
        value = json_object_get_member(object, "return");
    }
    if (!value) {
        return 0;
    }
    if (command == MACHINE_GUEST_COMMAND__MAX) {
        g_assert(machine_guest_parse_info(value) <
                 1u << MACHINE_GUEST_COMMAND__MAX);
        return 0;
    }
    machine_guest_parse(guest, command, value);
    machine_guest_parse(again, command, value);
    machine_guest_parse(again, command, value);
    g_assert(machine_guest_equal(guest, again));
    check_text(guest->host_name);
    check_text(guest->os_id);
    check_text(guest->os_name);
    check_text(guest->kernel_release);
    check_text(guest->kernel_version);
    check_text(guest->machine);
    machine_guest_os(guest);
    if (guest->interfaces) {
        check_interfaces(guest);
    }
    return 0;
}
