/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bodies that come piece by piece, for RfUpload.start: the user is known and
 * may do it by then, and nothing of the body has been taken.
 */
#ifndef QEMU_BMC_REDFISH_RF_UPLOAD_H
#define QEMU_BMC_REDFISH_RF_UPLOAD_H

#include "redfish/rf-exchange.h"

/**
 * rf_exchange_body_size: how long the body is said to be.
 *
 * @x: the exchange
 *
 * Returns: bytes; -1 if only its end will tell
 */
int64_t rf_exchange_body_size(const RfExchange *x);

/**
 * rf_exchange_receive: take the body. An answer before its end leaves the
 * rest unread, and ends the connection.
 *
 * @x: the exchange
 * @sink: gets the body; RfBodySink.aborted possibly before this returns
 * @opaque: handed to its functions
 */
void rf_exchange_receive(RfExchange *x, const RfBodySink *sink,
                         void *opaque);

/**
 * rf_exchange_more: take the next piece; also possible in RfBodySink.piece.
 * Nothing happens when no more comes.
 *
 * @x: the exchange
 */
void rf_exchange_more(RfExchange *x);

#endif /* QEMU_BMC_REDFISH_RF_UPLOAD_H */
