package dev.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.cli.DoctorCommand.Finding;
import dev.keelson.store.files.ProjectOwner;
import dev.keelson.store.files.StateFolder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DoctorTest {
    @TempDir
    Path folder;

    @Test
    void soundProjectHasNoFault() {
        Cli.run(folder, "init", ".", "--example", "football");
        Cli.run(folder, "simulate", "league", "--seasons", "1", "--out", "data/football/matches.csv.gz");

        Cli cli = Cli.run(folder, "doctor", "--port", "0", "--json");

        assertThat(cli.code()).as(cli.out()).isZero();
        assertThat(cli.json().get("faults").asInt()).isZero();
        assertThat(cli.json().get("checks").findValuesAsText("name"))
                .containsExactly(
                        "Java", "XGBoost", "DuckDB", "SQLite", "project", "state", "disk", "port", "clock", "data matches");
    }

    @Test
    void faultIsTheAnswerNoWithARemedy() throws IOException {
        Cli.run(folder, "init", ".", "--example", "football");

        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Cli cli = Cli.run(folder, "doctor", "--port", Integer.toString(taken.getLocalPort()), "--json");

            assertThat(cli.code()).isEqualTo(1);
            assertThat(cli.json().get("faults").asInt()).isEqualTo(2);
            for (JsonNode look : cli.json().get("checks")) {
                if (look.get("finding").asText().equals("fault")) {
                    assertThat(look.get("name").asText()).isIn("port", "data matches");
                    assertThat(look.get("fix").asText()).startsWith("Maybe ");
                }
            }
        }
    }

    @Test
    void learnerWithoutItsLibraryIsAFault() throws IOException {
        Cli.run(folder, "init", ".", "--example", "bets");
        Path file = folder.resolve("keelson.yaml");
        Files.writeString(file, Files.readString(file).replace("{ xgboost: { max_depth: 2 } }", "mlp"));

        Cli cli = Cli.run(folder, "doctor", "--port", "0");

        assertThat(cli.code()).isEqualTo(1);
        assertThat(cli.out()).contains("fault\tPyTorch\tIts library cannot be loaded: The learner mlp trains with PyTorch");
        assertThat(cli.err()).contains("./mvnw -Ddistribution -Pno-errorprone,plugin -pl torch -am package");
    }

    @Test
    void portAtWhichThisProjectServesIsNoFault() throws IOException {
        Cli.run(folder, "init", ".", "--example", "football");
        Path state = Files.createDirectory(folder.resolve(".keelson"));

        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ProjectOwner owner = ProjectOwner.acquire(new StateFolder(state), "secret")) {
            owner.serving("127.0.0.1", taken.getLocalPort());
            Cli cli = Cli.run(folder, "doctor", "--port", Integer.toString(taken.getLocalPort()));

            assertThat(cli.out())
                    .contains("ok\tport\t%d: this project serves there (process %d)"
                            .formatted(taken.getLocalPort(), ProcessHandle.current().pid()));
        }
    }

    @Test
    void folderWithoutAProjectIsNoFault() {
        Cli cli = Cli.run(folder, "doctor", "--port", "0");

        assertThat(cli.code()).isZero();
        assertThat(cli.out()).contains("skipped\tproject\t");
    }

    @Test
    void faultsOfTheMachineAreFound() {
        assertThat(DoctorCommand.java(Runtime.Version.parse("25.0.2+8")).finding()).isEqualTo(Finding.FAULT);
        assertThat(DoctorCommand.java(Runtime.Version.parse("25.0.3")).finding()).isEqualTo(Finding.OK);
        assertThat(DoctorCommand.java(Runtime.Version.parse("26-ea")).finding()).isEqualTo(Finding.OK);
        assertThat(DoctorCommand.disk(folder, Long.MAX_VALUE).finding()).isEqualTo(Finding.FAULT);
        assertThat(DoctorCommand.writable(folder.resolve("missing")).finding()).isEqualTo(Finding.FAULT);
        assertThat(DoctorCommand.library("X", Optional.of(new UnsatisfiedLinkError("no x"))).finding())
                .isEqualTo(Finding.FAULT);
        assertThat(DoctorCommand.clock(() -> Instant.EPOCH, ZoneOffset.UTC, folder).finding())
                .isEqualTo(Finding.FAULT);
        assertThat(DoctorCommand.clock(() -> Instant.parse("2099-01-01T00:00:00Z"), ZoneOffset.UTC, folder).finding())
                .isEqualTo(Finding.FAULT);
    }
}
