/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bounded queue of jobs of many, in which nobody can take the place of
 * others: each key has its turn, one job at a time.
 */
#ifndef QEMU_BMC_UTIL_FAIR_QUEUE_H
#define QEMU_BMC_UTIL_FAIR_QUEUE_H

#include <glib.h>
#include <stdbool.h>

typedef struct FairQueue FairQueue;

/**
 * fair_queue_new: make an empty queue.
 *
 * @max: most jobs in all
 * @max_per_key: most jobs of one key
 *
 * Returns: (transfer full): the queue
 */
FairQueue *fair_queue_new(unsigned max, unsigned max_per_key);

/**
 * fair_queue_free: free a queue.
 *
 * @queue: the queue, or NULL
 * @func: (nullable): called for each job that is left
 */
void fair_queue_free(FairQueue *queue, GDestroyNotify func);

/**
 * fair_queue_push: append a job. When the queue is full the last job of the
 * key that has most gives way, if that is more than this key would have then.
 *
 * @queue: the queue
 * @key: whose job it is; copied
 * @job: the job
 * @evicted: (out): the job that has given way, or NULL
 *
 * Returns: false if there is no room, and nothing has changed
 */
bool fair_queue_push(FairQueue *queue, const char *key, void *job,
                     void **evicted);

/**
 * fair_queue_pop: take the next job: the oldest of the key that has not had
 * its turn for longest.
 *
 * @queue: the queue
 *
 * Returns: the job, or NULL
 */
void *fair_queue_pop(FairQueue *queue);

/**
 * fair_queue_length: how many jobs there are.
 *
 * @queue: the queue
 *
 * Returns: their number
 */
unsigned fair_queue_length(const FairQueue *queue);

#endif /* QEMU_BMC_UTIL_FAIR_QUEUE_H */
