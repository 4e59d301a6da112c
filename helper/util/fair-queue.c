/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A bounded queue of jobs of many. */
#include "osdep.h"

#include "util/fair-queue.h"

/* One key and its jobs; exists while it has some. */
typedef struct Line {
    char *key;
    GQueue jobs;
} Line;

/*
 * @lines: of Line, the one whose turn is next first
 */
struct FairQueue {
    GQueue lines;
    unsigned length;
    unsigned max;
    unsigned max_per_key;
};

static void line_free(Line *line)
{
    g_queue_clear(&line->jobs);
    g_free(line->key);
    g_free(line);
}

FairQueue *fair_queue_new(unsigned max, unsigned max_per_key)
{
    FairQueue *queue = g_new0(FairQueue, 1);

    g_queue_init(&queue->lines);
    queue->max = max;
    queue->max_per_key = max_per_key;
    return queue;
}

void *fair_queue_pop(FairQueue *queue)
{
    Line *line = g_queue_pop_head(&queue->lines);
    void *job;

    if (!line) {
        return NULL;
    }
    job = g_queue_pop_head(&line->jobs);
    queue->length--;
    if (line->jobs.length) {
        g_queue_push_tail(&queue->lines, line);
    } else {
        line_free(line);
    }
    return job;
}

void fair_queue_free(FairQueue *queue, GDestroyNotify func)
{
    void *job;

    if (!queue) {
        return;
    }
    while ((job = fair_queue_pop(queue))) {
        if (func) {
            func(job);
        }
    }
    g_free(queue);
}

static Line *find(FairQueue *queue, const char *key)
{
    GList *link;

    for (link = queue->lines.head; link; link = link->next) {
        Line *line = link->data;

        if (g_str_equal(line->key, key)) {
            return line;
        }
    }
    return NULL;
}

/* Returns the last job of who has most, if that is more than @n. */
static void *evict(FairQueue *queue, unsigned n)
{
    Line *longest = NULL;
    GList *link;

    for (link = queue->lines.head; link; link = link->next) {
        Line *line = link->data;

        if (line->jobs.length > n) {
            longest = line;
            n = line->jobs.length;
        }
    }
    if (!longest) {
        return NULL;
    }
    /* It has others: more than one. */
    queue->length--;
    return g_queue_pop_tail(&longest->jobs);
}

bool fair_queue_push(FairQueue *queue, const char *key, void *job,
                     void **evicted)
{
    Line *line = find(queue, key);
    unsigned has = line ? line->jobs.length : 0;

    *evicted = NULL;
    if (has >= queue->max_per_key) {
        return false;
    }
    if (queue->length >= queue->max) {
        *evicted = evict(queue, has + 1);
        if (!*evicted) {
            return false;
        }
    }
    if (!line) {
        line = g_new0(Line, 1);
        line->key = g_strdup(key);
        g_queue_init(&line->jobs);
        g_queue_push_tail(&queue->lines, line);
    }
    g_queue_push_tail(&line->jobs, job);
    queue->length++;
    return true;
}

unsigned fair_queue_length(const FairQueue *queue)
{
    return queue->length;
}
