/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands on the real hub, free of any transport. */
#ifndef QEMU_BMC_TESTS_COMMAND_FIXTURE_H
#define QEMU_BMC_TESTS_COMMAND_FIXTURE_H

#include "ipmi/ipmi-core.h"

#include "bmc-fixture.h"
#include "test-util.h"

/**
 * CommandFixture: a hub and its IPMI side.
 *
 * @base: the hub; its config may be changed between the two steps of setup
 * @core: the IPMI side
 * @ctx: who sends; an administrator on the LAN at first
 * @answers: answers that have come to the last command
 * @cc: completion code of the last one
 * @data: its data
 * @len: bytes of @data
 */
typedef struct CommandFixture {
    Fixture base;
    IpmiCore *core;
    IpmiContext ctx;
    int answers;
    int cc;
    uint8_t data[IPMI_RESPONSE_MAX];
    size_t len;
} CommandFixture;

/* For g_test_add(): a hub of a running machine. */
void command_fixture_setup(CommandFixture *f, const void *opaque);
void command_fixture_teardown(CommandFixture *f, const void *opaque);

/* The second step of setup: makes hub and IPMI side as configured. */
void command_fixture_start(CommandFixture *f);
/* Ends both and makes others on the same state. */
void command_fixture_restart(CommandFixture *f);

/* Starts a command with data in hexadecimal; it may still be pending. */
void command_fixture_send(CommandFixture *f, uint8_t netfn, uint8_t cmd,
                          const char *hex);
/* Runs a command to its end and returns its completion code. */
int command_fixture_run(CommandFixture *f, uint8_t netfn, uint8_t cmd,
                        const char *hex);
/* Runs a command that must succeed with that data. */
void command_fixture_assert(CommandFixture *f, uint8_t netfn, uint8_t cmd,
                            const char *hex, const char *answer);

#endif /* QEMU_BMC_TESTS_COMMAND_FIXTURE_H */
