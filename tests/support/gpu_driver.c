/* A driver library with two GPUs, for tests on machines without one: what nvidia-ml-py calls. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SUCCESS = 0, INVALID = 2, NOT_SUPPORTED = 3, GPU_IS_LOST = 15 };
typedef struct { int index; } device;
static device devices[2] = {{0}, {1}};

int nvmlInitWithFlags(unsigned flags) { return SUCCESS; }
int nvmlShutdown(void) { return SUCCESS; }
const char *nvmlErrorString(int code) { return "error"; }

int nvmlSystemGetDriverVersion(char *version, unsigned length) {
    snprintf(version, length, "570.133.20");
    return SUCCESS;
}

/* $DRIVER_COUNT GPUs, or 3; a negative number of them is a driver that does not answer. */
int nvmlDeviceGetCount_v2(unsigned *count) {
    const char *told = getenv("DRIVER_COUNT");
    int found = told ? atoi(told) : 3;
    *count = found;
    return found < 0 ? 9 : SUCCESS; /* DRIVER_NOT_LOADED */
}

int nvmlDeviceGetHandleByIndex_v2(unsigned index, device **found) {
    if (index > 1) return GPU_IS_LOST;
    *found = &devices[index];
    return SUCCESS;
}

int nvmlDeviceGetName(device *gpu, char *name, unsigned length) {
    snprintf(name, length, gpu->index ? "NVIDIA GeForce RTX 4090" : "NVIDIA A100-SXM4-80GB");
    return SUCCESS;
}

int nvmlDeviceGetUtilizationRates(device *gpu, unsigned rates[2]) {
    rates[0] = gpu->index ? 0 : 97;
    rates[1] = 50;
    return SUCCESS;
}

int nvmlDeviceGetMemoryInfo(device *gpu, unsigned long long memory[3]) {
    memory[0] = 80000000000ull;
    memory[2] = 60000000000ull;
    memory[1] = memory[0] - memory[2];
    return SUCCESS;
}

int nvmlDeviceGetTemperature(device *gpu, int sensor, unsigned *celsius) {
    *celsius = 63;
    return SUCCESS;
}

int nvmlDeviceGetPowerUsage(device *gpu, unsigned *milliwatts) {
    *milliwatts = 312500;
    return gpu->index ? NOT_SUPPORTED : SUCCESS;
}

typedef struct { unsigned pid; unsigned long long used; unsigned gpu, compute; } process;

/* $DRIVER_PID takes 50 GB of the first GPU, another process 10 GB. */
int nvmlDeviceGetComputeRunningProcesses_v3(device *gpu, unsigned *count, process *found) {
    unsigned room = *count;
    *count = gpu->index ? 0 : 2;
    if (room < *count) return 7; /* INSUFFICIENT_SIZE */
    if (*count) {
        found[0] = (process){atoi(getenv("DRIVER_PID")), 50000000000ull, 0, 0};
        found[1] = (process){1, 10000000000ull, 0, 0};
    }
    return SUCCESS;
}

/* GPM, of the first GPU alone: a sample counts how often one was taken. */
typedef struct { unsigned version, supported; } gpm_support;
typedef struct { int number; } gpm_sample;
typedef struct { unsigned id; int result; double value; const char *names[3]; } gpm_metric;
typedef struct { unsigned version, count; gpm_sample *before, *after; gpm_metric metrics[]; } gpm_get;

int nvmlGpmQueryDeviceSupport(device *gpu, gpm_support *support) {
    support->supported = gpu->index == 0;
    return SUCCESS;
}

int nvmlGpmSampleAlloc(gpm_sample **sample) {
    *sample = calloc(1, sizeof(gpm_sample));
    return SUCCESS;
}

int nvmlGpmSampleGet(device *gpu, gpm_sample *sample) {
    static int taken;
    sample->number = ++taken;
    return SUCCESS;
}

/* SM 40 %, DRAM 20 % for each sample that lies between; tensor cores are not told. */
int nvmlGpmMetricsGet(gpm_get *asked) {
    int between = asked->after->number - asked->before->number;
    if (asked->version != 1 || between < 1) return INVALID;
    for (unsigned at = 0; at < asked->count; at++) {
        gpm_metric *metric = &asked->metrics[at];
        metric->result = metric->id == 5 ? NOT_SUPPORTED : SUCCESS;
        metric->value = (metric->id == 2 ? 40.0 : 20.0) * between;
    }
    return SUCCESS;
}
