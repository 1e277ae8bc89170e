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
    CANCELLED AT \S{1,30} DUE TO TIME LIMIT
    ^=>> PBS: job killed: walltime
    ^TERM_RUNLIMIT
preempted: preempted by the scheduler
    → submit it again and go on from its last checkpoint
    CANCELLED AT \S{1,30} DUE TO PREEMPTION
requeued: put back into the queue by the scheduler
    CANCELLED AT \S{1,30} DUE TO JOB REQUEUE
node failed: a node of the job failed
    → submit it again and go on from its last checkpoint
    CANCELLED AT \S{1,30} DUE TO NODE FAILURE
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

OF_EXCEPTIONS = r"""
collective timeout: rank {ranks} did not reach a barrier in time
    → look where it was
    Ranks? (?P<ranks>\d[\d, ]{0,99}) failed to (?:respond|pass monitoredBarrier)
collective timeout: rank {ranks} did not take part in time
    → look where it was
    ranks \[(?P<ranks>\d[\d, ]{0,99})\] are the lagging ranks
collective timeout: a rank did not answer
    → look at the rank that did not take part, or allow more time
    Watchdog caught collective operation timeout
    terminated with exception: .{0,300}timeout
collective timeout: only {came} of {all} ranks came to the rendezvous
    → start the others, or compare addresses, ports and world sizes
    waiting for clients. (?P<came>\d{1,6})/(?P<all>\d{1,6}) clients joined
collective timeout: a rank did not answer
    → look at the rank that did not take part, or allow more time
    Timed out waiting \d{1,12}ms for (?:recv|send)
    [Ww]ait timeout after \d{1,12}ms
    \[c10d\] .{0,200}timed out
    Socket Timeout
    connect\(\) timed out
    RendezvousTimeoutError
    client socket has timed out
    DistStoreError: .{0,200}[Tt]imed out
one gpu, two ranks: two ranks use the same GPU
    → give each its own: torch.cuda.set_device(local_rank)
    NCCL error.{0,300}+\n.{0,300}+\n.{0,300}+\n(?P<said>Duplicate GPU detected.{0,99}+)
rank lost: another rank is gone
    → what this rank has printed tells why
    \bgloo\b.{0,200}[Cc]onnection (?:closed|reset|refused)
    ncclRemoteError
    Horovod has been shut down
    (?:DistBackend|DistNetwork)Error: .{0,300}[Cc]onnection (?:was )?(?:closed|reset)
    (?:DistBackend|DistNetwork)Error: .{0,300}(?:[Bb]roken pipe|remote process)
nccl: NCCL failed
    → NCCL_DEBUG=INFO tells more
    NCCL error.{0,300}+\n(?P<said>nccl\w{1,40}: .{1,300}+)
    NCCL [Ee]rror
    NCCL communicator was aborted
    nccl(?:Unhandled|System|Internal|Invalid)\w{0,30}

host memory: out of host memory: killed by Ray
    → fewer workers or smaller batches need less
    ray\.exceptions\.OutOfMemoryError
gpu memory: out of GPU memory
    → a smaller batch, accumulated gradients or checkpointed activations need less
    (?:CUDA|HIP|XPU|MPS backend) out of memory
    ^torch\.(?:cuda\.)?OutOfMemoryError
    CUDA(?: driver| runtime)? error: out of memory
    CU(?:BLAS|DNN)_STATUS_ALLOC_FAILED
    cudaErrorMemoryAllocation
    CUDA_ERROR_OUT_OF_MEMORY
    bad_alloc: .{0,60}CUDA error
    OOM when allocating tensor.{0,300}GPU
gpu memory: out of the memory of its device
    → a smaller batch, accumulated gradients or checkpointed activations need less
    RESOURCE_EXHAUSTED: .{0,99}(?:[Oo]ut of memory|alloc)
    OOM when allocating tensor
gpu memory: out of GPU memory
    → a higher gpu_memory_utilization or a shorter max_model_len
    No available memory for the cache blocks
open files: too many open files
    → ulimit -n 65536, or torch.multiprocessing.set_sharing_strategy('file_system')
    Too many open files
    \[Errno 24\]
    received 0 items of ancdata
shm: shared memory ran out (/dev/shm)
    → --ipc=host or a larger --shm-size in a container; fewer workers
    insufficient shared memory
    out of shared memory
    unable to (?:allocate shared memory|open shared memory object|write to file </torch_)
    unable to mmap \d{1,20} bytes from file </torch_
shm: a DataLoader worker had a bus error
    → /dev/shm is too small, most often: --ipc=host or a larger --shm-size in a container
    DataLoader worker .{0,99}killed by signal: Bus error
dataloader: a DataLoader worker died
    → probably for want of host memory: fewer workers
    DataLoader worker .{0,99}killed by signal: Killed
dataloader: a DataLoader worker died
    → num_workers=0 shows where
    DataLoader worker .{0,99}(?:killed by signal|exited unexpectedly)
host memory: out of host memory
    → fewer workers or smaller batches need less
    ^(?:\w{1,40}\.){0,4}(?:_?Array|Arrow)?MemoryError\b
    std::bad_alloc
    DefaultCPUAllocator:\s
    \[Errno 12\]
    Cannot allocate memory
    Unable to allocate .{1,40} for an array
    \bmalloc of size \d

disk: the disk is full
    → make room
    \[Errno 28\] No space
    No space left on device
    database or disk is full
quota: the disk quota is used up
    → make room
    \[Errno 122\]
    [Dd]isk quota exceeded
file limit: a limit of file size was reached
    → see ulimit -f
    \[Errno 27\]
    : File too large
disk: a checkpoint could not be written whole
    → is the disk full, or a quota used up?
    PytorchStreamWriter failed writing
    inline_container.{0,40}(?:unexpected pos|write failed)
read-only: the file system is read-only
    → write elsewhere
    \[Errno 30\]
    Read-only file system
disk fault: reading or writing failed
    → a disk, a network file system or a terminal is at fault
    \[Errno 5\]
    \[Errno 116\]
    Stale file handle
checkpoint: the checkpoint does not fit the model
    → compare its settings with those it was trained with
    Error\(s\) in loading state_dict
    size mismatch for \S{1,200}: copying a param
checkpoint: a checkpoint cannot be loaded as weights alone
    → is it whole? If you trust it: torch.load(…, weights_only=False)
    Weights only load failed
checkpoint: a file cannot be read: is it cut off?
    → take an earlier one, or fetch it again
    PytorchStreamReader failed
    UnpicklingError:\s
    Error while deserializing header
    EOFError: Ran out of input

hub: no access to it at the hub
    → accept its terms there and log in (hf auth login, HF_TOKEN)
    gated repo
    GatedRepoError
    (?:401|403) Client Error.{0,200}huggingface
    [Aa]ccess to model .{1,99} is restricted
hub: it is not in the cache, and the hub is out of reach
    → fetch it where there is a network; see HF_HUB_OFFLINE
    LocalEntryNotFoundError
    couldn't connect to 'https?://
    outgoing traffic has been disabled
    [Oo]fflineModeIsEnabled
    Cannot reach .{1,99}offline mode
hub: the hub has no such thing, or does not show it
    → check its name, and the login
    ^(?:huggingface_hub|datasets)\.\S{0,60}NotFoundError
    is not a local folder and is not a valid model identifier
    Can't load (?:the )?(?:tokenizer|configuration|config|model) (?:for|of)\s
    Can't load (?:the )?\w{1,20} (?:extract|process)or for\s
    does not appear to have a file named
wandb login: no login at W&B
    → wandb login, or WANDB_MODE=offline
    api_key not configured
    wandb: ERROR .{0,60}(?:API key|login)

driver: the NVIDIA driver does not fit this build's CUDA
    → a newer driver (or a reboot after its update), or a build for an older CUDA
    NVIDIA driver on your system is too old
    driver version is insufficient
    cudaErrorInsufficientDriver
    unsupported toolchain
    forward compatibility was attempted
    Driver/library version mismatch
driver: this build does not support this GPU
    → install one made for its architecture
    no kernel image is available
    CUDA capability sm_\d{1,4} is not compatible
    cudaErrorNoKernelImageForDevice
    device kernel image is invalid
no gpu: this build of torch is for CPUs
    → install one with CUDA
    not compiled with CUDA enabled
no gpu: there is no GPU of that number
    → compare the number of processes with CUDA_VISIBLE_DEVICES and nvidia-smi
    invalid device ordinal
no gpu: no GPU to be found
    → see nvidia-smi and CUDA_VISIBLE_DEVICES; has the job asked for one?
    No CUDA GPUs are available
    Found no NVIDIA driver
    no CUDA-capable device
    torch\.cuda\.is_available\(\) is False
    No supported gpu backend found
    CUDA is not available
    ^ValueError: Invalid CUDA 'device=
gpu busy: the GPU is in use by others
    → see nvidia-smi
    CUDA-capable device\(s\) is/are busy
    devices are busy or unavailable
device mismatch: tensors are on different devices
    → move model and batch to the same: .to(device)
    Expected all tensors to be on the same device
    Input type \(.{1,60}\) and weight type \(.{1,60}\) should be the same
    Expected object of device type
gpu fell off: the GPU has failed
    → another GPU; its administrator should know
    uncorrectable ECC
    GPU is lost
    fallen off the bus
cuda fork: CUDA was used before a fork
    → multiprocessing.set_start_method('spawn')
    re-initialize CUDA in forked subprocess
cuda: an assertion on the GPU failed
    → often an index or label out of range; CUDA_LAUNCH_BLOCKING=1 shows where
    device-side assert
cuda: a call of CUDA failed
    → CUDA_LAUNCH_BLOCKING=1 shows where
    CUDA error:\s
    cuda runtime error \(
    (?:cuDNN|CUDNN) error
    CU(?:BLAS|DNN)_STATUS_[A-Z]
    cudaError[A-Z]
    HIP error:\s

module:
    ^ModuleNotFoundError:\s
library: a shared library is missing or of another version
    → install the package anew for this environment; see LD_LIBRARY_PATH
    cannot open shared object file
    undefined symbol:\s
    version `.{1,40}' not found
    cannot allocate memory in static TLS block
binary: packages were built for different versions of NumPy
    → install them anew together
    numpy\.dtype size changed
    compiled using NumPy 1\.x
    binary incompatibility
import: modules import each other in a circle, or a file of yours hides {name}
    partially initialized module '(?P<name>[\w.]{1,100})'
import: the module has no such name
    → compare its version with the one that the code was written for
    ^ImportError: cannot import name

port: port {port} is in use
    → end what uses it, or take another (--master-port)
    port: (?P<port>\d{1,5}), .{0,99}EADDRINUSE
port: the port is in use
    → end what uses it, or take another (--master-port)
    EADDRINUSE
    [Aa]ddress already in use
    \[Errno 98\]
file: a file is missing
    → check the path and the working directory
    ^FileNotFoundError:\s
    \[Errno 2\]\s
    : No such file or directory$
permission: it may not do that
    → see owner and mode of the path
    ^PermissionError:\s
    \[Errno 13\]
    \[Errno 1\]\s
network: nothing answers there
    → does it run, are address and port right?
    \[Errno 111\]
    Connection refused
network: the network failed
    → try again; a node without a network needs the data beforehand
    Max retries exceeded
    Name or service not known
    [Nn]ame resolution
    Network is unreachable
    \[Errno 1(?:01|10|13)\]
    CERTIFICATE_VERIFY_FAILED
    (?:Connect|Read)Timeout\b
    [Rr]ead timed out
    ^(?:urllib\.error\.)?URLError
nan: NaN or infinite numbers
    → a lower learning rate or clipped gradients may help; see what its curves did before
    returned nan values in its
    Minimum loss scale reached
    (?i:\b(?:loss|gradients?|norm|logits?|weights?|param\w{0,9})\b.{0,40}\b(?:nan|infinite|non-?finite)\b)
    (?i:\b(?:nan|non-?finite)\b.{0,40}\b(?:loss|gradients?|norm|logits?|weights?|param\w{0,9})\b)
    (?i:\b(?:nan|non-?finite)\b.{0,40}\b(?:encountered|detected)\b)
    Input (?:X |y )?contains (?:NaN|infinity)
    probability tensor contains either
ddp: some parameters got no gradient
    → DistributedDataParallel(…, find_unused_parameters=True)
    Expected to have finished reduction in the prior iteration
spawn: processes were started while importing
    → put the call under if __name__ == "__main__":
    before the\s{1,9}current process has finished its bootstrapping
"""
"""What the last lines of a traceback say."""

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
nccl: NCCL failed
    → NCCL_DEBUG=INFO tells more
    \[Rank \d{1,6}\] .{0,99}terminated with exception: NCCL error
    ^\s{0,9}what\(\):\s{1,4}NCCL Error \d
host memory: out of host memory
    → fewer workers or smaller batches need less
    ^terminate called after throwing an instance of 'std::bad_alloc'
    ^\s{0,9}what\(\):\s{1,4}std::bad_alloc
cuda: a call of CUDA failed
    → CUDA_LAUNCH_BLOCKING=1 shows where
    ^\s{0,9}what\(\):\s{1,4}.{0,60}CUDA error:\s
nan: NaN or infinite numbers
    → a lower learning rate or clipped gradients may help; see what its curves did before
    (?i:\bloss is (?:nan|inf)\b.{0,30}\bstopping)
    (?i:\bnan\b.{0,40}\b(?:aborting|exiting|terminating)\b)
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
    → signal 9 means out of memory, most often; else see what this rank has printed
    ^Root Cause .{1,40}+(?:\n.{1,300}+){3}
        \n  rank {6}: (?P<rank>\d{1,7}) .{1,30}+\n  (?P<said>exitcode  : -(?P<number>\d{1,3}))
rank failed: rank {rank} was the first to fail
    → signal 9 means out of memory, most often; else see what this rank has printed
    ^Root Cause .{1,40}+(?:\n.{1,300}+){3}
        \n  rank {6}: (?P<rank>\d{1,7}) .{1,30}+\n  (?P<said>exitcode  : \d{1,3})
rank killed: local rank {rank} was killed by signal {number}
    → what this rank has printed tells why
    failed \(exitcode: -(?P<number>(?!15\))\d{1,3})\) local_rank: (?P<rank>\d{1,7})
rank killed: a rank was killed by signal {number}
    → signal 9 means out of memory, most often; else see what this rank has printed
    (?P<said>exits with return code = -(?P<number>(?!15\b)\d{1,3}))
rank killed: task {rank} was killed
    → what this task has printed tells why
    ^srun: error: \S{1,60}: tasks? (?P<rank>\d[\d,-]{0,60}): (?:Segm|Abort|Bus|Killed|Float|Illeg)
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
    ^(?:F\d{4} |\[?FATAL\b).{1,200}Check failed:\s
native exception: an exception of C++
    ^terminate called after throwing an instance of '.{1,200}'(?:\n\s{0,9}what\(\): .{1,300})?
cancelled: cancelled in the scheduler
    ^(?:slurmstepd|srun): (?:error: )?\*\*\* (?:JOB|STEP) .{1,60} CANCELLED AT \S{1,30} \*\*\*
config: its configuration cannot be read
    ^Could not (?:override|load|append|delete) '
    ^In '.{1,99}': Could not find '
    ^FATAL Flags parsing error
"""
"""What lines of a console say that end no traceback: nothing that a training survives or that a
text about failures holds."""
