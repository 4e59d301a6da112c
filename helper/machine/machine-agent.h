/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Talking with the guest agent (qemu-ga) over the socket of QEMU's character
 * device. QEMU serves one client there, so a connection is made for a few
 * questions only, and others may have it the rest of the time.
 */
#ifndef QEMU_BMC_MACHINE_MACHINE_AGENT_H
#define QEMU_BMC_MACHINE_MACHINE_AGENT_H

#include <gio/gio.h>

#include "machine/machine-guest.h"
#include "util/clock.h"

/* Name of the virtio-serial port that the agent opens by default. */
#define MACHINE_AGENT_PORT "org.qemu.guest_agent.0"
/* The agent answers within that time, all questions together, or is gone. */
#define MACHINE_AGENT_TALK_MS 5000
/* Longest answer, of hundreds of interfaces, and bytes in one talk. */
#define MACHINE_AGENT_LINE_MAX (256 * 1024)
#define MACHINE_AGENT_BYTES_MAX (4 * MACHINE_AGENT_LINE_MAX)

typedef struct MachineAgentTalk MachineAgentTalk;

/**
 * MachineAgentFunc: a talk is over; called once, from the main loop. May free
 * the talk.
 *
 * @opaque: as given to machine_agent_talk_new()
 * @guest: (transfer full) (nullable): what was told
 * @err: without @guest: BMC_ERROR_UNAVAILABLE when QEMU's socket is not
 *       there, BMC_ERROR_TIMEOUT when the agent does not answer,
 *       BMC_ERROR_PROTOCOL and BMC_ERROR_LIMIT for what no agent says,
 *       BMC_ERROR_PERMISSION when another process has the socket
 */
typedef void (*MachineAgentFunc)(void *opaque, MachineGuest *guest,
                                 const GError *err);

/**
 * machine_agent_talk_new: begin to ask for all that MachineGuest has.
 *
 * @addr: QEMU's socket
 * @pid: process that must have it, where it is a path; 0 for any
 * @clock: the clock for the deadline
 * @func: gets the result
 * @opaque: handed to @func
 *
 * Returns: (transfer full): the talk
 */
MachineAgentTalk *machine_agent_talk_new(GSocketAddress *addr, int pid,
                                         Clock *clock, MachineAgentFunc func,
                                         void *opaque);

/**
 * machine_agent_talk_free: hang up. The result is not told any more.
 *
 * @talk: the talk, or NULL
 */
void machine_agent_talk_free(MachineAgentTalk *talk);

#endif /* QEMU_BMC_MACHINE_MACHINE_AGENT_H */
