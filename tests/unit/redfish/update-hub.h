/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine whose firmware is updated. */
#ifndef QEMU_BMC_TESTS_UPDATE_HUB_H
#define QEMU_BMC_TESTS_UPDATE_HUB_H

#include <libsoup/soup.h>

#include "bmc/tasks.h"
#include "bmc/update.h"
#include "rf-hub.h"

#define SERVICE "/redfish/v1/UpdateService"
#define FIRMWARE SERVICE "/FirmwareInventory"
#define UPDATE SERVICE "/Actions/UpdateService.SimpleUpdate"
#define ROM (64 * 1024)

/*
 * A hub whose machine has SeaBIOS in a file, and a web server.
 *
 * @given: the file on the command line
 * @folder: Machine.firmware_dir
 * @held: the server does not answer
 */
typedef struct UpdateHub {
    RfHub *hub;
    TestDir *dir;
    char *given;
    char *folder;
    SoupServer *server;
    char *base;
    SoupServerMessage *held;
} UpdateHub;

void update_hub_setup(UpdateHub *f, const void *data);
void update_hub_teardown(UpdateHub *f, const void *data);

/* Whether the machine is one that we start. */
void update_hub_set_machine(UpdateHub *f, bool launched);

/* A SeaBIOS of that version. */
GBytes *update_hub_make_rom(const char *version);

/* Status and first message, as one text. */
char *update_hub_send(UpdateHub *f, const char *who, const char *method,
                      const char *path, const char *body);

#define assert_sent(f, who, method, path, body, expected)             \
    do {                                                              \
        g_autofree char *got_ = update_hub_send(f, who, method, path, body); \
        g_assert_cmpstr(g_strstrip(got_), ==, expected);              \
    } while (0)

/* Waits until it is so: what a thread reads is there a little later. */
void update_hub_check(UpdateHub *f, const char *path,
                      const char *pointer, const char *value);

/* For test_wait_until(): the first task of an UpdateHub has ended. */
bool update_hub_has_ended(void *opaque);

/* Begins an update of @path, waits for its end and returns its task. */
const BmcTask *update_hub_update(UpdateHub *f, const char *path);

/* Files in UpdateHub.folder. */
unsigned update_hub_count_files(UpdateHub *f);

#define ADD(name, test) \
    g_test_add("/redfish/update/" name, UpdateHub, NULL, update_hub_setup, \
               test, update_hub_teardown)

#endif /* QEMU_BMC_TESTS_UPDATE_HUB_H */
