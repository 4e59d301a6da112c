/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sensor numbers (IPMI 2.0 section 43.1). They are part of what operators'
 * scripts rely on, so a number never changes its meaning.
 */
#ifndef QEMU_BMC_BMC_SENSOR_IDS_H
#define QEMU_BMC_BMC_SENSOR_IDS_H

/**
 * BmcSensorId: the sensors that this BMC may have.
 */
typedef enum BmcSensorId {
    BMC_SENSOR_POWER_UNIT = 0x01,  /* type 09h */
    BMC_SENSOR_ACPI_POWER = 0x02,  /* type 22h */
    BMC_SENSOR_RESTART = 0x03,     /* type 1Dh */
    BMC_SENSOR_WATCHDOG = 0x04,    /* type 23h */
    BMC_SENSOR_OS_STOP = 0x05,     /* type 20h */
    BMC_SENSOR_EVENT_LOG = 0x06,   /* type 10h */
    BMC_SENSOR_SECURITY = 0x07,    /* type 06h */
    BMC_SENSOR_BOOT = 0x08,        /* type C0h, boot override */
    BMC_SENSOR_SESSION_AUDIT = 0x09, /* type 2Ah */
    BMC_SENSOR_PEF = 0x0a,         /* type 12h, no sensor record */
    BMC_SENSOR_MEDIA = 0x0b,       /* type 0Dh, no sensor record */
    BMC_SENSOR_CPU_LOAD = 0x20,    /* analog ones from here */
    BMC_SENSOR_MEMORY = 0x21,
    BMC_SENSOR_BLOCK_READ = 0x22,
    BMC_SENSOR_BLOCK_WRITE = 0x23,
    BMC_SENSOR_NET_RECEIVE = 0x24,
    BMC_SENSOR_NET_SEND = 0x25,
    BMC_SENSOR_HOST_TEMP = 0x28,
    BMC_SENSOR_USER_FIRST = 0x80,  /* user-defined ones */
    BMC_SENSOR_USER_LAST = 0xbf,
} BmcSensorId;

#endif /* QEMU_BMC_BMC_SENSOR_IDS_H */
