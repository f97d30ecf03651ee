package dev.keelson.store.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProjectOwnerTest {
    @TempDir
    private Path folder;

    private StateFolder state;

    @BeforeEach
    void prepare() {
        state = new StateFolder(folder.resolve(".keelson"));
    }

    @Test
    void secondOwnerIsToldProcessAndPort() {
        try (ProjectOwner owner = ProjectOwner.acquire(state, "secret")) {
            owner.serving("127.0.0.1", 8123);

            assertThatThrownBy(() -> ProjectOwner.acquire(state, "other"))
                    .hasMessageContainingAll("process " + ProcessHandle.current().pid(), "port 8123", "Maybe")
                    .hasMessageNotContaining("secret")
                    .isInstanceOfSatisfying(
                            KeelsonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PROJECT_IN_USE));
            assertThat(ProjectOwner.live(state)).hasValue(owner.owner());
            assertThat(owner.owner().port()).isEqualTo(8123);
            assertThat(owner.owner().toString()).doesNotContain("secret");
        }
    }

    @Test
    void refusedAttemptLeavesTheOwnerItsLock() {
        try (ProjectOwner owner = ProjectOwner.acquire(state, "secret")) {
            assertThatThrownBy(() -> ProjectOwner.acquire(state, "other")).isInstanceOf(KeelsonException.class);

            assertThatThrownBy(() -> ProjectOwner.acquire(state, "other")).isInstanceOf(KeelsonException.class);
            assertThat(ProjectOwner.live(state)).hasValue(owner.owner());
        }
    }

    @Test
    void releasedProjectIsFree() {
        ProjectOwner first = ProjectOwner.acquire(state, "secret");
        first.close();
        first.close();

        assertThat(ProjectOwner.live(state)).isEmpty();
        ProjectOwner.acquire(state, "other").close();
    }

    @Test
    void deadOwnerIsReplacedAtOnce() throws Exception {
        ProjectOwner.Owner self;
        try (ProjectOwner owner = ProjectOwner.acquire(state, "secret")) {
            self = owner.owner();
        }
        long dead = deadProcess();
        owned(self.host(), self.bootId(), dead, 0);
        assertThat(ProjectOwner.live(state)).isEmpty();

        try (ProjectOwner owner = ProjectOwner.acquire(state, "secret")) {
            assertThat(owner.owner().pid()).isEqualTo(ProcessHandle.current().pid());
        }
    }

    @Test
    void reusedProcessIdIsNotTheOwner() {
        ProjectOwner.Owner self;
        try (ProjectOwner owner = ProjectOwner.acquire(state, "secret")) {
            self = owner.owner();
        }
        owned(self.host(), self.bootId(), self.pid(), self.startedAt().toEpochMilli() - 3_600_000);

        ProjectOwner.acquire(state, "secret").close();
    }

    @Test
    void ownerBeforeTheLastBootIsReplaced() {
        ProjectOwner.Owner self;
        try (ProjectOwner owner = ProjectOwner.acquire(state, "secret")) {
            self = owner.owner();
        }
        owned(self.host(), "another boot", self.pid(), self.startedAt().toEpochMilli());

        ProjectOwner.acquire(state, "secret").close();
    }

    @Test
    void ownerOnAnotherMachineIsRespected() {
        state.create();
        owned("elsewhere", "its boot", 1, 0);

        assertThatThrownBy(() -> ProjectOwner.acquire(state, "secret"))
                .hasMessageContainingAll("elsewhere", "owner.json");
    }

    @Test
    void tokenIsForItsUserAlone() throws Exception {
        try (ProjectOwner owner = ProjectOwner.acquire(state, "secret")) {
            assertThat(Files.readString(state.owner(), StandardCharsets.UTF_8)).contains(owner.owner().token());
            if (Files.getFileStore(folder).supportsFileAttributeView("posix")) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state.owner())))
                        .isEqualTo("rw-------");
            }
        }
    }

    private static long deadProcess() throws Exception {
        Process process = new ProcessBuilder("true").start();
        process.waitFor();
        return process.pid();
    }

    private void owned(String host, String bootId, long pid, long startMillis) {
        try {
            Files.writeString(
                    state.owner(),
                    """
                    {"host": "%s", "boot_id": "%s", "pid": %d, "process_start_millis": %d, "port": null, "token": "t"}"""
                            .formatted(host, bootId, pid, startMillis),
                    StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
