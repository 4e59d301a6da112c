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

/**
 * IpmiMsg: state of the system interface.
 *
 * @enables: global enables, IPMI_MSG_ENABLE_*
 * @notifiers: called with NULL when @enables has changed
 */
typedef struct IpmiMsg {
    uint8_t enables;
    NotifierList notifiers;
} IpmiMsg;

#endif /* QEMU_BMC_IPMI_IPMI_MSG_H */
