"""The kinds of failure that the last lines of a traceback tell; written as those of
`tuimon.guardian.failure_tables`.
"""

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
    Remote Rank did not send the data in time
    Notify register times out
    DistStoreError: .{0,200}[Tt]imed out
    DEADLINE_EXCEEDED: .{0,60}[Bb]arrier timed out
gpu memory: out of GPU memory, within NCCL
    → a smaller batch, accumulated gradients or checkpointed activations need less
    NCCL error.{0,300}+\n.{0,300}+\n.{0,300}+\n(?P<said>Cuda failure (?:2 )?'out of memory')
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
    ^(?:\w{1,40}\.){0,6}OutOfMemoryError\b
    CUDA(?: driver| runtime)? error: out of memory
    CU(?:BLAS|DNN)_STATUS_ALLOC_FAILED
    cudaErrorMemoryAllocation
    CUDA_ERROR_OUT_OF_MEMORY
    bad_alloc: .{0,60}CUDA error
    OOM when allocating tensor.{0,300}GPU
    Free memory on device .{1,99} is less than desired GPU memory
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
dataloader: a worker that loads data died
    → what it has printed tells why; for want of host memory, most often
    background workers are no longer alive
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
    match the size of optimizer's group
    loaded state dict has a different number of parameter groups
checkpoint: what shares memory cannot be saved as safetensors
    → save_safetensors=False, or safetensors.torch.save_model
    Some tensors share memory
checkpoint: a checkpoint cannot be loaded as weights alone
    → is it whole? If you trust it: torch.load(…, weights_only=False)
    Weights only load failed
checkpoint: a file cannot be read: is it cut off?
    → take an earlier one, or fetch it again
    PytorchStreamReader failed
    UnpicklingError:\s
    Error while deserializing header
    EOFError: Ran out of input
    invalid hash value \(expected

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
wandb silent: W&B did not answer
    → try again, or WANDB_MODE=offline
    Run initialization has timed out
    Error communicating with wandb process
    Couldn't communicate with backend

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
no gpu: CUDA cannot start
    → see nvidia-smi; a reboot, or CUDA_VISIBLE_DEVICES set before Python starts, may help
    CUDA driver initialization failed
    CUDA unknown error
no gpu: no GPU to be found
    → see nvidia-smi and CUDA_VISIBLE_DEVICES; has the job asked for one?
    No CUDA GPUs are available
    no GPUs found
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
    CUDA error(?: \d{1,4})?:\s
    an illegal memory access was encountered
    cuda runtime error \(
    (?:cuDNN|CUDNN) error
    CU(?:BLAS|DNN)_STATUS_[A-Z]
    CUDA_ERROR_[A-Z]
    cudaError[A-Z]
    cuDNN failed to initialize
    DNN library (?:is not found|initialization failed)
    HIP error:\s
cuda: a call of MIOpen failed
    → MIOPEN_ENABLE_LOGGING=1 tells more
    miopenStatus[A-Z]

build: native code could not be compiled
    → see the compiler's lines before; it needs a compiler of C++, and for GPUs CUDA's (CUDA_HOME)
    Error building extension '
    Error compiling objects for extension
    CUDA_HOME (?:does not exist|environment variable is not set)
    Failed to find C compiler
    InvalidCxxCompiler
    Ninja is required to load
    CppCompileError
    The detected CUDA version .{1,40} mismatches
    CUDAMismatchException

module:
    ^ModuleNotFoundError:\s
library: a shared library is missing or of another version
    → install the package anew for this environment; see LD_LIBRARY_PATH
    cannot open shared object file
    undefined symbol:\s
    version `.{1,40}' not found
    Library \S{1,99} is not found or cannot be loaded
    CUDA Setup failed despite GPU being available
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
    Could not connect to the endpoint
    UNAVAILABLE: (?:Socket closed|[Cc]onnection|failed to connect)
    [Rr]ead timed out
    ^(?:urllib\.error\.)?URLError
nan: NaN or infinite numbers
    → a lower learning rate or clipped gradients may help; see what its curves did before
    returned nan values in its
    Minimum loss scale reached
    loss scale already at minimum
    (?i:\b(?:loss|gradients?|norm|logits?|weights?|param\w{0,9})\b.{0,40}\b(?:nan|infinite|non-?finite)\b)
    (?i:\b(?:nan|non-?finite)\b.{0,40}\b(?:loss|gradients?|norm|logits?|weights?|param\w{0,9})\b)
    (?i:\b(?:nan|non-?finite)\b.{0,40}\b(?:encountered|detected)\b)
    Input (?:X |y )?contains (?:NaN|infinity)
    probability tensor contains either
rank killed: a process of it was killed by {name}
    → SIGKILL means out of memory, most often; else see what it has printed
    died with <Signals\.(?P<name>(?!SIGINT|SIGTERM)SIG\w{1,9}): \d
rank killed: a process of it was killed by {name}
    → SIGKILL means out of memory, most often; else see what it has printed
    process \d{1,6} terminated with signal (?P<name>(?!SIGINT|SIGTERM)SIG\w{1,9})
ray: a worker of Ray is gone
    → out of host memory, most often; see its log in /tmp/ray/session_latest/logs
    ActorDiedError
    (?:Ray)?ActorError: .{0,60}died
    WorkerCrashedError
ddp: some parameters got no gradient
    → DistributedDataParallel(…, find_unused_parameters=True)
    Expected to have finished reduction in the prior iteration
spawn: processes were started while importing
    → put the call under if __name__ == "__main__":
    before the\s{1,9}current process has finished its bootstrapping
"""
