/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bodies that come piece by piece. */
#include "osdep.h"

#include "redfish/rf-upload.h"

int64_t rf_exchange_body_size(const RfExchange *x)
{
    return x->request.source ? x->request.source->size : 0;
}

void rf_exchange_receive(RfExchange *x, const RfBodySink *sink, void *opaque)
{
    /* The source is gone with the answer. */
    if (x->service && x->request.source) {
        x->request.source->start(x->request.source, sink, opaque);
    } else {
        sink->aborted(opaque);
    }
}

void rf_exchange_more(RfExchange *x)
{
    if (x->service && x->request.source) {
        x->request.source->more(x->request.source);
    }
}
