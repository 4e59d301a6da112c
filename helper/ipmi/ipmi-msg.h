/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The messaging side of the system interface: global enables, message flags,
 * the receive queue and the event message buffer (IPMI 2.0 sections 22.1 to
 * 22.9).
 */
#ifndef QEMU_BMC_IPMI_IPMI_MSG_H
#define QEMU_BMC_IPMI_IPMI_MSG_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "bmc/bmc.h"
#include "codec/sel.h"
#include "util/notify.h"

/* Set BMC Global Enables: interrupt when a message is in the queue. */
#define IPMI_MSG_ENABLE_RECEIVE_IRQ 0x01
/* Interrupt when the event message buffer is full. */
#define IPMI_MSG_ENABLE_EVENT_IRQ 0x02
/* Events go to the event message buffer. */
#define IPMI_MSG_ENABLE_EVENT_BUFFER 0x04
/* Events go to the event log; this one the hub has. */
#define IPMI_MSG_ENABLE_LOGGING 0x08
#define IPMI_MSG_ENABLES_IRQ \
    (IPMI_MSG_ENABLE_RECEIVE_IRQ | IPMI_MSG_ENABLE_EVENT_IRQ)

/* Get Message Flags. */
#define IPMI_MSG_FLAG_RECEIVE 0x01
#define IPMI_MSG_FLAG_EVENT 0x02
#define IPMI_MSG_FLAG_WATCHDOG 0x08

/* Messages that may wait for software in the machine. */
#define IPMI_MSG_QUEUE_MAX 16

/**
 * IpmiMsg: state of the system interface. It is for the software that runs
 * in the machine now, so a reset of the machine clears it.
 *
 * @enables: global enables but %IPMI_MSG_ENABLE_LOGGING
 * @flags: message flags, as Get Message Flags has them; while one is set,
 *         the interface asks for attention
 * @event: the event message buffer, a record of the event log; valid while
 *         %IPMI_MSG_FLAG_EVENT is set
 * @queue: the receive queue: GBytes as Get Message returns them;
 *         %IPMI_MSG_FLAG_RECEIVE says whether there are any
 * @events: on bmc_event_notifiers()
 * @notifiers: called with NULL when @enables or @flags has changed
 */
typedef struct IpmiMsg {
    uint8_t enables;
    uint8_t flags;
    uint8_t event[SEL_RECORD_LEN];
    GQueue queue;
    Notifier events;
    NotifierList notifiers;
} IpmiMsg;

/**
 * ipmi_msg_init: set the system interface up.
 *
 * @msg: the system interface, zeroed
 * @bmc: the hub, for its events
 */
void ipmi_msg_init(IpmiMsg *msg, Bmc *bmc);

/**
 * ipmi_msg_clear: let go of the hub and of what waits in the queue.
 *
 * @msg: the system interface
 */
void ipmi_msg_clear(IpmiMsg *msg);

/**
 * ipmi_msg_reset: the machine has been reset.
 *
 * @msg: the system interface
 */
void ipmi_msg_reset(IpmiMsg *msg);

/**
 * ipmi_msg_set_flag: set a message flag that stands for itself, such as
 * %IPMI_MSG_FLAG_WATCHDOG. Software in the machine clears it.
 *
 * @msg: the system interface
 * @flag: the flag
 */
void ipmi_msg_set_flag(IpmiMsg *msg, uint8_t flag);

/**
 * ipmi_msg_clear_flag: clear such a flag.
 *
 * @msg: the system interface
 * @flag: the flag
 */
void ipmi_msg_clear_flag(IpmiMsg *msg, uint8_t flag);

/**
 * ipmi_msg_queue: put a message into the receive queue.
 *
 * @msg: the system interface
 * @data: as Get Message returns it
 * @len: its length in bytes
 *
 * Returns: false if the queue is full
 */
bool ipmi_msg_queue(IpmiMsg *msg, const uint8_t *data, size_t len);

#endif /* QEMU_BMC_IPMI_IPMI_MSG_H */
