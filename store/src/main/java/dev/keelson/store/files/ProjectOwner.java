package dev.keelson.store.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The one process that may change a project's state, from {@link #acquire} to {@link #close}.
 *
 * <p>It holds a lock on {@code owner.lock}, which the operating system releases when the process ends however it ends,
 * and says who it is in {@code owner.json} (readable by its user alone: it holds the token of the local API). An owner
 * that died on this machine is replaced at once. One on another machine that shares the folder is not: whether it lives
 * cannot be seen from here.
 *
 * <p>Safe for use by several threads.
 */
public final class ProjectOwner implements AutoCloseable {
    /** Process start times are derived from the clock, which may be set; a reused process id differs by far more. */
    private static final Duration START_TOLERANCE = Duration.ofSeconds(10);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final StateFolder state;
    private final FileChannel channel;
    private Owner owner;
    private boolean released;

    /**
     * Who owns a project.
     *
     * @param host name of the machine
     * @param bootId identifies the boot of that machine; empty where the system has none
     * @param pid its process
     * @param startedAt when that process started
     * @param address on which it serves, or null while it does not
     * @param port where it serves, or null while it does not
     * @param token what a local client must show to it; never printed
     */
    public record Owner(
            String host,
            String bootId,
            long pid,
            Instant startedAt,
            @Nullable String address,
            @Nullable Integer port,
            String token) {

        /** Without the token. */
        @Override
        public String toString() {
            return "process %d on %s%s".formatted(pid, host, port == null ? "" : ", port " + port);
        }
    }

    private ProjectOwner(StateFolder state, FileChannel channel, Owner owner) {
        this.state = state;
        this.channel = channel;
        this.owner = owner;
    }

    /**
     * Makes this process the owner.
     *
     * @param state the project's state; its folder is made when there is none
     * @param token a secret that others cannot guess
     * @throws KeelsonException PROJECT_IN_USE with process and port of the owner that lives; DISK_FULL or NOT_WRITABLE
     */
    public static ProjectOwner acquire(StateFolder state, String token) {
        synchronized (ProjectOwner.class) { // closing any channel of a file gives up this process's lock on it
            state.create();
            Owner self = self(token);
            Optional<Owner> former = read(state);
            if (former.isPresent() && isAlive(former.get(), self)) {
                throw inUse(state, former.get());
            }
            FileChannel channel = lock(state);
            try {
                DurableFiles.deleteAll(state.owner());
                write(state, self);
            } catch (IOException e) {
                throw closing(channel, StoreErrors.writing(state.owner(), e));
            }
            return new ProjectOwner(state, channel, self);
        }
    }

    /**
     * The owner that lives, if there is one; takes no lock.
     *
     * @throws KeelsonException STORE_DAMAGED if {@code owner.json} cannot be read
     */
    public static Optional<Owner> live(StateFolder state) {
        return read(state).filter(owner -> isAlive(owner, self("")));
    }

    /**
     * Where the owner serves; empty when none lives, when it does not serve, and when it runs on another machine.
     *
     * @throws KeelsonException STORE_DAMAGED if {@code owner.json} cannot be read
     */
    public static Optional<URI> url(StateFolder state) {
        Owner owner = live(state).orElse(null);
        if (owner == null || owner.port() == null || owner.address() == null || !owner.host().equals(host())) {
            return Optional.empty();
        }
        String address = owner.address();
        return Optional.of(URI.create(
                "http://%s:%d".formatted(address.contains(":") ? "[" + address + "]" : address, owner.port())));
    }

    /** Who this is. */
    public synchronized Owner owner() {
        return owner;
    }

    /**
     * Says where this owner serves.
     *
     * @param address an address or a name of this machine
     * @throws KeelsonException DISK_FULL or NOT_WRITABLE
     */
    public synchronized void serving(String address, int port) {
        Owner serving =
                new Owner(owner.host(), owner.bootId(), owner.pid(), owner.startedAt(), address, port, owner.token());
        try {
            write(state, serving);
        } catch (IOException e) {
            throw StoreErrors.writing(state.owner(), e);
        }
        owner = serving;
    }

    /** Gives the project up. */
    @Override
    public synchronized void close() {
        if (released) {
            return;
        }
        released = true;
        try (channel) {
            Files.deleteIfExists(state.owner());
        } catch (IOException e) {
            throw StoreErrors.writing(state.owner(), e);
        }
    }

    private static FileChannel lock(StateFolder state) {
        Path file = state.root().resolve("owner.lock");
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                FileLock lock = channel.tryLock();
                if (lock != null) {
                    return channel;
                }
            } catch (OverlappingFileLockException e) {
                throw closing(channel, inUse(state, self("")));
            } catch (IOException e) {
                throw closing(channel, StoreErrors.writing(file, e));
            }
            throw closing(channel, inUse(state, read(state).orElse(null)));
        } catch (IOException e) {
            throw StoreErrors.writing(file, e);
        }
    }

    private static KeelsonException inUse(StateFolder state, @Nullable Owner owner) {
        if (owner == null) {
            return new KeelsonException(
                    ErrorCode.PROJECT_IN_USE,
                    "The project's state (%s) is in use by another process that is starting or ending."
                            .formatted(state.root()),
                    "Maybe try again in a moment.");
        }
        Integer port = owner.port();
        return new KeelsonException(
                ErrorCode.PROJECT_IN_USE,
                "The project's state (%s) is in use by process %d on %s%s."
                        .formatted(
                                state.root(),
                                owner.pid(),
                                owner.host(),
                                port == null ? "" : ", which serves on port %d".formatted(port)),
                owner.host().equals(host())
                        ? "Maybe stop it (kill %d), or wait until it has ended.".formatted(owner.pid())
                        : "Maybe stop it there; if that machine is gone, delete (%s).".formatted(state.owner()));
    }

    /** Whether that process may still run: seen from here, or on another machine. */
    private static boolean isAlive(Owner owner, Owner self) {
        boolean sameBoot = !owner.bootId().isEmpty() && owner.bootId().equals(self.bootId());
        if (!sameBoot) {
            boolean sameHost = owner.host().equals(self.host());
            if (!sameHost) {
                return true;
            }
            if (!owner.bootId().isEmpty() || !self.bootId().isEmpty()) {
                return false; // this machine was started again since
            }
        }
        return ProcessHandle.of(owner.pid())
                .filter(ProcessHandle::isAlive)
                .flatMap(process -> process.info().startInstant())
                .filter(start -> Duration.between(start, owner.startedAt()).abs().compareTo(START_TOLERANCE) < 0)
                .isPresent();
    }

    private static Owner self(String token) {
        ProcessHandle process = ProcessHandle.current();
        return new Owner(
                host(),
                bootId(),
                process.pid(),
                process.info().startInstant().orElse(Instant.EPOCH),
                null,
                null,
                token);
    }

    private static String host() {
        String name = firstLine(Path.of("/proc/sys/kernel/hostname"));
        if (!name.isEmpty()) {
            return name;
        }
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost"; // a machine without a name shares no folder
        }
    }

    private static String bootId() {
        return firstLine(Path.of("/proc/sys/kernel/random/boot_id"));
    }

    private static String firstLine(Path file) {
        try {
            return Files.readString(file, StandardCharsets.US_ASCII).strip();
        } catch (IOException e) {
            return ""; // not a Linux
        }
    }

    private static Optional<Owner> read(StateFolder state) {
        Path file = state.owner();
        try {
            JsonNode json = JSON.readTree(Files.readAllBytes(file));
            JsonNode port = json.path("port");
            JsonNode address = json.path("address");
            return Optional.of(new Owner(
                    json.path("host").asText(),
                    json.path("boot_id").asText(),
                    json.path("pid").asLong(),
                    Instant.ofEpochMilli(json.path("process_start_millis").asLong()),
                    address.isTextual() ? address.asText() : null,
                    port.isInt() ? port.asInt() : null,
                    json.path("token").asText()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (JsonProcessingException e) {
            throw new KeelsonException(
                    ErrorCode.STORE_DAMAGED,
                    "(%s) is not the JSON document that an owner writes.".formatted(file),
                    "Maybe delete it, if no Keelson runs on this project.",
                    e);
        } catch (IOException e) {
            throw StoreErrors.reading(file, e);
        }
    }

    private static void write(StateFolder state, Owner owner) throws IOException {
        ObjectNode json = JSON.createObjectNode()
                .put("host", owner.host())
                .put("boot_id", owner.bootId())
                .put("pid", owner.pid())
                .put("process_start_millis", owner.startedAt().toEpochMilli())
                .put("address", owner.address())
                .put("port", owner.port())
                .put("token", owner.token());
        Path temporary = state.root().resolve("owner.json.tmp");
        Files.deleteIfExists(temporary);
        if (Files.getFileStore(state.root()).supportsFileAttributeView("posix")) {
            Files.createFile(
                    temporary, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        try {
            DurableFiles.write(temporary, JSON.writeValueAsBytes(json));
            DurableFiles.move(temporary, state.owner());
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static KeelsonException closing(FileChannel channel, KeelsonException failure) {
        try {
            channel.close();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
        return failure;
    }
}
