"""The kinds of failure that a console tells: what it says, what that means, what to do about it.

A kind begins with its name and the sentence, in which groups of its patterns may stand ({rank});
without one, what was found says it all. Behind an arrow is what to do, then its patterns, one in a
line (what is indented further goes on with it): regular expressions in which nothing repeats
without a bound (tests/unit/guardian/test_failure_kinds.py), of which the group ``said`` is quoted,
if there is one. The first kind that fits counts, so what is special stands before what is general.
Nothing of this is compiled before a training has failed.
"""

OF_KILLERS = r"""
time limit: the scheduler's time limit
    → ask for more time, or go on from its last checkpoint
    \*\*\* (?:JOB|STEP) .{1,80} (?P<said>CANCELLED AT \S{1,30} DUE TO TIME LIMIT)
    ^=>> PBS: job killed: walltime
    ^TERM_RUNLIMIT
preempted: preempted by the scheduler
    → submit it again and go on from its last checkpoint
    \*\*\* (?:JOB|STEP) .{1,80} (?P<said>CANCELLED AT \S{1,30} DUE TO PREEMPTION)
requeued: put back into the queue by the scheduler
    \*\*\* (?:JOB|STEP) .{1,80} (?P<said>CANCELLED AT \S{1,30} DUE TO JOB REQUEUE)
node failed: a node of the job failed
    → submit it again and go on from its last checkpoint
    \*\*\* (?:JOB|STEP) .{1,80} (?P<said>CANCELLED AT \S{1,30} DUE TO NODE FAILURE)
host memory: out of host memory: the scheduler's limit
    → ask for more (--mem); fewer workers or smaller batches need less
    ^slurmstepd: error: .{0,60}(?:oom[_-]kill event|[Ee]xceeded (?:job|step) memory limit)
    ^srun: error: .{1,60}: Out Of Memory
    ^TERM_MEMLIMIT
host memory: out of host memory: OOM kill
    → fewer workers or smaller batches need less
    (?:Out of memory|Memory cgroup out of memory): Kill(?:ed)? process \d{1,9}
"""
"""What others say of why they have killed it: lines of a console. It goes before what the training
says of its being killed."""

OF_CONSOLES = r"""
collective timeout: rank {ranks} did not take part in time
    → look where it was
    ranks \[(?P<ranks>\d[\d, ]{0,99})\] are the lagging ranks
collective timeout: a rank did not answer
    → look at the rank that did not take part, or allow more time
    \[Rank \d{1,6}\] Watchdog caught collective operation timeout
gpu memory: out of GPU memory
    → a smaller batch, accumulated gradients or checkpointed activations need less
    ^\[CUDA ERROR\] .{1,300}\n.{0,99}out of memory
    ^\s{0,9}what\(\):\s{1,4}.{0,60}(?:CUDA(?: error:)? out of memory|cudaErrorMemory|_memory: CUDA)
gpu memory: out of GPU memory
    → a smaller batch, accumulated gradients or checkpointed activations need less
    ^Out of memory error on GPU \d
    ^.{0,200}CUDA error 2: out of memory
    ^OOM when allocating tensor
gpu fault: a kernel has reached for a wrong address
    → AMD_SERIALIZE_KERNEL=3 shows where
    ^Memory access fault by GPU node
    ^HW Exception by GPU node
gpu fault: a queue of the GPU has aborted
    → AMD_SERIALIZE_KERNEL=3 shows where
    Queue 0x.{1,40} aborting with error : (?P<said>HSA_STATUS_ERROR\w{0,60}.{0,200})
nccl: NCCL hung
    → look at where each rank was; NCCL_DEBUG=INFO tells more
    ProcessGroupNCCL's watchdog got stuck
rank lost: another rank is gone
    → what this rank has printed tells why
    ^\s{0,9}what\(\):\s{1,4}NCCL error: remote process exited
    heartbeat timeout\. This indicates that the remote task
    coordinator detected missing heartbeats
nccl: NCCL failed
    → NCCL_DEBUG=INFO tells more
    \[Rank \d{1,6}\] .{0,99}terminated with exception: NCCL error
    ^\s{0,9}what\(\):\s{1,4}NCCL [Ee]rror
host memory: out of host memory
    → fewer workers or smaller batches need less
    ^terminate called after throwing an instance of 'std::bad_alloc'
    ^\s{0,9}what\(\):\s{1,4}std::bad_alloc
cuda: a call of CUDA failed
    → CUDA_LAUNCH_BLOCKING=1 shows where
    ^\s{0,9}what\(\):\s{1,4}.{0,60}CUDA error:\s
    ^.{0,200}CUDA error \d{1,4}: \w
nan: NaN or infinite numbers
    → a lower learning rate or clipped gradients may help; see what its curves did before
    (?i:^.{0,120}\bloss is (?:nan|inf)\b.{0,30}\bstopping)
    (?i:^.{0,120}\bnan\b.{0,40}\b(?:aborting|exiting|terminating)\b)
mpi: rank {rank} has aborted all of MPI
    → what this rank has printed tells why
    MPI_ABORT was invoked on rank (?P<rank>\d{1,7})
mpi: rank {rank} was killed
    → what this rank has printed tells why
    noticed that process rank (?P<rank>\d{1,7}) .{0,99}exited on signal \d{1,3}
mpi: a rank was killed
    → what this rank has printed tells why
    KILLED BY SIGNAL: \d{1,3} .{1,40}$
mpi: MPI failed
    ^(?:Fatal|Abort)\b.{0,40}(?:error in PMPI_\w{1,40}|on node \d{1,6} \(rank \d{1,6})
rank killed: rank {rank} was killed by signal {number}
    → signal 9 means out of memory, 7 a full /dev/shm, most often; else see what it has printed
    ^Root Cause .{1,40}+(?:\n.{1,300}+){3}
        \n  rank {6}: (?P<rank>\d{1,7}) .{1,30}+\n  (?P<said>exitcode  : -(?P<number>\d{1,3}))
rank failed: rank {rank} was the first to fail
    → what this rank has printed tells why
    ^Root Cause .{1,40}+(?:\n.{1,300}+){3}
        \n  rank {6}: (?P<rank>\d{1,7}) .{1,30}+\n  (?P<said>exitcode  : \d{1,3})
rank killed: local rank {rank} was killed by signal {number}
    → what this rank has printed tells why
    failed \(exitcode: -(?P<number>(?!15\))\d{1,3})\) local_rank: (?P<rank>\d{1,7})
rank killed: rank {rank} was killed by signal {number}
    → signal 9 means out of memory, 7 a full /dev/shm, most often; else see what it has printed
    \b[Rr]ank (?P<rank>\d{1,7}) (?P<said>crashed with exit code -(?P<number>(?!15\b)\d{1,3}))
rank killed: a rank was killed by signal {number}
    → signal 9 means out of memory, 7 a full /dev/shm, most often; else see what it has printed
    (?P<said>exits with return code = -(?P<number>(?!15\b)\d{1,3}))
rank killed: task {rank} was killed
    → what this task has printed tells why
    ^srun: error: \S{1,60}: tasks? (?P<rank>\d[\d,-]{0,60}): (?:Segm|Abort|Bus|Killed|Float|Illeg)
label: a label is out of range
    → compare the labels with the number of classes
    ^Received a label value of .{1,60} outside the valid range
heap: native code has overwritten memory
    → a package in C or C++ is at fault: compare versions
    ^double free or corruption
    ^(?:free|malloc|realloc|munmap_chunk)\(\): (?:invalid|corrupted|unaligned|double)
    ^corrupted (?:size|double-linked)
    ^\*\*\* stack smashing
    ^\*\*\* Error in .{1,300}': (?:double free|free\(\)|malloc\(\)|corrupted|munmap)
    Attempt to free invalid pointer
openmp: OpenMP cannot start
    → is it loaded twice, by packages of pip and conda?
    ^OMP: Error #\d{1,5}
native assertion: an assertion of native code failed
    ^.{1,300}: Assertion [`'].{1,300}' failed\.$
    ^\[?FATAL\b.{1,200}Check failed:\s
    F\d{4} [\d:.]{8,20} .{1,200}\] Check failed:\s
    [\d:.]{8,20}: F .{1,200}\] Check failed:\s
native exception: an exception of C++
    ^terminate called after throwing an instance of '.{1,200}'(?:\n\s{0,9}what\(\): .{1,300})?
cancelled: cancelled in the scheduler
    ^(?:slurmstepd|srun): (?:error: )?\*\*\* (?:JOB|STEP) .{1,60} CANCELLED AT \S{1,30} \*\*\*
config: its configuration cannot be read
    ^Could not (?:override|load|append|delete) '
    ^In '.{1,99}': Could not find '
    ^You must specify '.{1,99}', e\.g,
    ^FATAL Flags parsing error
rank killed: a command of it was killed
    → SIGKILL means out of memory, most often
    ^\S{1,99}: line \d{1,9}:\s{1,4}\d{1,9} Killed\b
ray: workers of Ray do not start
    → see its logs in /tmp/ray/session_latest/logs
    ^.{0,99}workers of the worker process\(\d{1,9}\) have not registered within the timeout
"""
"""What lines of a console say that end no traceback: nothing that a training survives or that a
text about failures holds."""
