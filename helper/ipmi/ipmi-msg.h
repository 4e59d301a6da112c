/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The messaging side of the system interface: global enables, message flags
 * and the receive queue (IPMI 2.0 sections 22.1 to 22.8).
 */
#ifndef QEMU_BMC_IPMI_IPMI_MSG_H
#define QEMU_BMC_IPMI_IPMI_MSG_H

#include <stdint.h>

#include "util/notify.h"

/* Set BMC Global Enables: interrupt when a message is in the queue. */
#define IPMI_MSG_ENABLE_RECEIVE_IRQ 0x01
/* Interrupt when the event message buffer is full. */
#define IPMI_MSG_ENABLE_EVENT_IRQ 0x02
#define IPMI_MSG_ENABLES_IRQ \
    (IPMI_MSG_ENABLE_RECEIVE_IRQ | IPMI_MSG_ENABLE_EVENT_IRQ)

/**
 * IpmiMsg: state of the system interface. It is for the software that runs
 * in the machine now, so a reset of the machine clears it.
 *
 * @enables: global enables, IPMI_MSG_ENABLE_*
 * @flags: message flags, as Get Message Flags has them; while one is set,
 *         the interface asks for attention
 * @notifiers: called with NULL when @enables or @flags has changed
 */
typedef struct IpmiMsg {
    uint8_t enables;
    uint8_t flags;
    NotifierList notifiers;
} IpmiMsg;

/**
 * ipmi_msg_reset: the machine has been reset.
 *
 * @msg: the system interface
 */
void ipmi_msg_reset(IpmiMsg *msg);

#endif /* QEMU_BMC_IPMI_IPMI_MSG_H */
