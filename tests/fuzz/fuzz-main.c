/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The main function of a fuzzer that is built without libFuzzer: runs the
 * corpus, then a reproducible number of mutations of it, so that every test
 * run tries each parser with hostile bytes. Prints TAP.
 *
 * fuzz-NAME [--seed N] [--runs N] [--time MS] FILE|DIRECTORY...
 *
 * An input that crashes is left in the working directory as crash-NAME; give
 * that file as the only argument to run it again.
 */
#include "osdep.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define FUZZ_MAX_INPUT 65536

/* One input may take that long, in seconds; valgrind is 50 times slower. */
#define FUZZ_HANG_S 60

typedef struct Fuzz {
    GPtrArray *corpus; /* of GBytes */
    uint64_t rng;
    gint64 seed;
    gint64 runs;
    gint64 time_ms;
} Fuzz;

/* For the signal handler, which has no other way to know. */
static const uint8_t *current;
static size_t current_len;
static char crash_path[256];

static void on_crash(int sig)
{
    int fd = open(crash_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    static const char text[] = "# input kept as ";
    ssize_t ignored;

    if (fd >= 0) {
        ignored = write(fd, current, current_len);
        close(fd);
        ignored = write(STDERR_FILENO, text, sizeof(text) - 1);
        ignored = write(STDERR_FILENO, crash_path, strlen(crash_path));
        ignored = write(STDERR_FILENO, "\n", 1);
    }
    (void)ignored;
    signal(sig, SIG_DFL);
    raise(sig);
}

static void catch_crashes(const char *program)
{
    static const int signals[] = {
        SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGALRM,
    };
    g_autofree char *name = g_path_get_basename(program);
    size_t i;

    g_snprintf(crash_path, sizeof(crash_path), "crash-%s", name);
    for (i = 0; i < G_N_ELEMENTS(signals); i++) {
        signal(signals[i], on_crash);
    }
    /* What peers send must never cause a warning. */
    g_log_set_always_fatal(G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL |
                           G_LOG_LEVEL_WARNING);
}

/* The copy has exactly the input's size: memory checkers see overreads. */
static void run_one(const uint8_t *data, size_t len)
{
    g_autofree uint8_t *copy = g_malloc(MAX(len, 1));

    if (len) {
        memcpy(copy, data, len);
    }
    current = copy;
    current_len = len;
    LLVMFuzzerTestOneInput(len ? copy : copy + 1, len);
    current = NULL;
    current_len = 0;
}

/* splitmix64: small, and the same everywhere */
static uint64_t rng_next(Fuzz *f)
{
    uint64_t z = f->rng += 0x9e3779b97f4a7c15;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static size_t rng_below(Fuzz *f, size_t n)
{
    return n ? rng_next(f) % n : 0;
}

static GBytes *pick(Fuzz *f)
{
    return g_ptr_array_index(f->corpus, rng_below(f, f->corpus->len));
}

static void mutate_flip(Fuzz *f, GByteArray *in)
{
    if (in->len) {
        in->data[rng_below(f, in->len)] ^= 1 << rng_below(f, 8);
    }
}

static void mutate_byte(Fuzz *f, GByteArray *in)
{
    static const uint8_t edges[] = {
        0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff, 0x0a, '"', '\\', '[', '{', 0x20,
    };

    if (in->len) {
        in->data[rng_below(f, in->len)] = rng_below(f, 2) ? rng_next(f) :
            edges[rng_below(f, sizeof(edges))];
    }
}

static void mutate_truncate(Fuzz *f, GByteArray *in)
{
    g_byte_array_set_size(in, rng_below(f, in->len + 1));
}

static void mutate_extend(Fuzz *f, GByteArray *in)
{
    size_t n = 1 + rng_below(f, rng_below(f, 16) ? 16 : 1024);

    for (; n; n--) {
        uint8_t byte = rng_next(f);

        g_byte_array_append(in, &byte, 1);
    }
}

static void mutate_delete(Fuzz *f, GByteArray *in)
{
    size_t at = rng_below(f, in->len);

    if (in->len) {
        g_byte_array_remove_range(in, at, 1 + rng_below(f, in->len - at));
    }
}

/* Repeats a part: long runs, deep nesting, doubled fields. */
static void mutate_repeat(Fuzz *f, GByteArray *in)
{
    size_t at = rng_below(f, in->len);
    size_t n = 1 + rng_below(f, in->len - at);
    size_t times = 1 + rng_below(f, 40);
    uint8_t part[64];

    if (in->len) {
        n = MIN(n, sizeof(part));
        memcpy(part, in->data + at, n);
        for (; times; times--) {
            g_byte_array_append(in, part, n);
        }
    }
}

/* The head of this input and the tail of another. */
static void mutate_splice(Fuzz *f, GByteArray *in)
{
    gsize len;
    const uint8_t *other = g_bytes_get_data(pick(f), &len);
    size_t from = rng_below(f, len);

    g_byte_array_set_size(in, rng_below(f, in->len + 1));
    if (len) {
        g_byte_array_append(in, other + from, len - from);
    }
}

static void (*const mutators[])(Fuzz *, GByteArray *) = {
    mutate_flip, mutate_flip, mutate_byte, mutate_byte, mutate_truncate,
    mutate_extend, mutate_delete, mutate_repeat, mutate_splice,
};

static void run_mutation(Fuzz *f)
{
    g_autoptr(GByteArray) in = g_byte_array_new();
    gsize len;
    const uint8_t *base = g_bytes_get_data(pick(f), &len);
    size_t n = 1 + rng_below(f, 6);

    if (len) {
        g_byte_array_append(in, base, len);
    }
    for (; n; n--) {
        mutators[rng_below(f, G_N_ELEMENTS(mutators))](f, in);
        if (in->len > FUZZ_MAX_INPUT) {
            g_byte_array_set_size(in, FUZZ_MAX_INPUT);
        }
    }
    run_one(in->data, in->len);
}

static gint64 run_mutations(Fuzz *f)
{
    gint64 deadline = g_get_monotonic_time() + f->time_ms * 1000;
    gint64 n = 0;

    while (n < f->runs) {
        if (n % 64 == 0) {
            alarm(FUZZ_HANG_S);
            if (g_get_monotonic_time() >= deadline) {
                break;
            }
        }
        run_mutation(f);
        n++;
    }
    alarm(0);
    return n;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Adds a file, or the files of a directory in the order of their names. */
static bool load(Fuzz *f, const char *path)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    g_autoptr(GError) err = NULL;
    const char *name;
    guint i;

    if (!dir) {
        char *data;
        gsize len;

        if (!g_file_get_contents(path, &data, &len, &err)) {
            fprintf(stderr, "%s\n", err->message);
            return false;
        }
        g_ptr_array_add(f->corpus, g_bytes_new_take(data, len));
        return true;
    }
    while ((name = g_dir_read_name(dir))) {
        g_ptr_array_add(names, g_build_filename(path, name, NULL));
    }
    g_ptr_array_sort(names, by_name);
    for (i = 0; i < names->len; i++) {
        if (!load(f, g_ptr_array_index(names, i))) {
            return false;
        }
    }
    return true;
}

static bool parse_options(Fuzz *f, int *argc, char ***argv)
{
    GOptionEntry entries[] = {
        { "seed", 0, 0, G_OPTION_ARG_INT64, &f->seed,
          "of the mutations (1)", "N" },
        { "runs", 0, 0, G_OPTION_ARG_INT64, &f->runs,
          "number of mutations (100000)", "N" },
        { "time", 0, 0, G_OPTION_ARG_INT64, &f->time_ms,
          "stop after that many milliseconds (1000)", "MS" },
        { NULL },
    };
    g_autoptr(GOptionContext) context =
        g_option_context_new("FILE|DIRECTORY...");
    g_autoptr(GError) err = NULL;

    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, argc, argv, &err)) {
        fprintf(stderr, "%s\n", err->message);
        return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    Fuzz f = { .seed = 1, .runs = 100000, .time_ms = 1000 };
    guint i;

    f.corpus = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    if (!parse_options(&f, &argc, &argv)) {
        return 2;
    }
    for (i = 1; i < (guint)argc; i++) {
        if (!load(&f, argv[i])) {
            return 2;
        }
    }
    if (!f.corpus->len) {
        fprintf(stderr, "no corpus\n");
        return 2;
    }
    catch_crashes(argv[0]);
    printf("TAP version 13\n1..2\n");
    fflush(stdout);
    for (i = 0; i < f.corpus->len; i++) {
        gsize len;
        const uint8_t *data =
            g_bytes_get_data(g_ptr_array_index(f.corpus, i), &len);

        alarm(FUZZ_HANG_S);
        run_one(data, len);
    }
    printf("ok 1 - corpus\n# %u inputs\n", f.corpus->len);
    f.rng = f.seed;
    printf("# seed %" G_GINT64_FORMAT "\n", f.seed);
    fflush(stdout);
    printf("# %" G_GINT64_FORMAT " mutations\n", run_mutations(&f));
    printf("ok 2 - mutations\n");
    g_ptr_array_unref(f.corpus);
    return 0;
}
