package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.data.SourceDefinition;
import dev.keelson.data.SourceOrigin;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.project.Project;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.train.ModelDefinition;
import dev.keelson.wiring.NativeLibraries;
import dev.keelson.wiring.ProjectDatasets;
import dev.keelson.wiring.ProjectReading;
import dev.keelson.wiring.Projects;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code keelson doctor}. */
@Command(
        name = "doctor",
        description = "Check machine and project; say how to fix what is wrong. Exit code 1 on a fault.")
final class DoctorCommand extends KeelsonCommand {
    /** Arrays that are passed to native code can be corrupted by earlier updates. */
    private static final Runtime.Version OLDEST_JAVA = Runtime.Version.parse("25.0.3");

    private static final long LEAST_DISK_BYTES = 1L << 30;
    private static final Instant EARLIEST_NOW = Instant.parse("2025-01-01T00:00:00Z");
    private static final Instant LATEST_NOW = Instant.parse("2100-01-01T00:00:00Z");
    private static final Duration LARGEST_SKEW = Duration.ofMinutes(2);

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "8710",
            description = "Port to look at (default: 8710).")
    int port = 8710;

    /** What a look at one thing showed. */
    enum Finding {
        /** As it should be. */
        OK,
        /** Not looked at. */
        SKIPPED,
        /** Something that must be fixed. */
        FAULT
    }

    /**
     * One look.
     *
     * @param name at what
     * @param finding what it showed
     * @param text one sentence
     * @param fix how to fix a fault, or null
     */
    record Look(String name, Finding finding, String text, @Nullable String fix) {
        static Look ok(String name, String text) {
            return new Look(name, Finding.OK, text, null);
        }

        static Look fault(String name, String text, @Nullable String fix) {
            return new Look(name, Finding.FAULT, text, fix);
        }
    }

    @Override
    int run(Session session) {
        List<Look> looks = new ArrayList<>();
        looks.add(java(Runtime.version()));
        NativeLibraries.load().forEach((name, failure) -> looks.add(library(name, failure)));
        Project project = project(session, looks);
        Path folder = project == null ? session.base().toAbsolutePath() : project.folder();
        Path state = project == null ? folder : folder.resolve(".keelson");
        looks.add(
                Files.exists(state) && !Files.isDirectory(state)
                        ? Look.fault(
                                "state",
                                "%s is a file; a folder was expected.".formatted(state),
                                "Maybe something else made it: move it away, and `keelson run` makes the folder.")
                        : writable(Files.isDirectory(state) ? state : folder));
        looks.add(disk(folder, LEAST_DISK_BYTES));
        looks.add(port(port, project));
        looks.add(clock(session.clock(), project == null ? ZoneId.systemDefault() : project.zone(), folder));
        if (project != null) {
            project.models().stream()
                    .flatMap(model -> model.learners().stream())
                    .map(ModelDefinition.LearnerDefinition::name)
                    .filter(Projects.TRAINED_BY_TORCH::contains)
                    .findFirst()
                    .ifPresent(learner -> looks.add(library("PyTorch", NativeLibraries.torch(learner))));
            project.sources().forEach(source -> looks.add(data(project, source)));
            if (Files.isDirectory(state)) {
                models(project, looks);
            }
        }
        show(session, looks);
        return looks.stream().anyMatch(look -> look.finding() == Finding.FAULT) ? NO : YES;
    }

    private static void show(Session session, List<Look> looks) {
        ObjectNode document = Catalogued.object();
        long faults = looks.stream().filter(look -> look.finding() == Finding.FAULT).count();
        document.put("faults", faults);
        var list = document.putArray("checks");
        List<List<String>> rows = new ArrayList<>();
        for (Look look : looks) {
            String word = look.finding().name().toLowerCase(Locale.ROOT);
            list.addObject()
                    .put("name", look.name())
                    .put("finding", word)
                    .put("text", look.text())
                    .put("fix", look.fix() == null ? null : session.withOptions(look.fix()));
            rows.add(List.of(word, look.name(), session.forPerson(look.text()).replace("\n", " ")));
        }
        Console console = session.console();
        console.table(List.of("FINDING", "WHAT", "WHY"), rows);
        console.document(document);
        for (Look look : looks) {
            if (look.fix() != null) {
                console.note("%s: %s".formatted(look.name(), look.fix()));
            }
        }
        console.note(faults == 0 ? "All is well." : Texts.count(faults, "fault") + " found.");
    }

    static Look java(Runtime.Version version) {
        return version.compareToIgnoreOptional(OLDEST_JAVA) >= 0
                ? Look.ok("Java", "%s in %s".formatted(version, System.getProperty("java.home")))
                : Look.fault(
                        "Java",
                        "%s; %s or later is needed.".formatted(version, OLDEST_JAVA),
                        "Maybe install the latest update of JDK 25, or point JAVA_HOME to it.");
    }

    static Look library(String name, Optional<Throwable> failure) {
        if (failure.isEmpty()) {
            return Look.ok(name, "its library loads");
        }
        Throwable cause = failure.get();
        String fix = cause instanceof KeelsonException known ? known.problems().getFirst().hint() : null;
        String message = cause instanceof KeelsonException known
                ? known.problems().getFirst().message()
                : String.valueOf(cause.getMessage());
        return Look.fault(
                name,
                "Its library cannot be loaded: %s".formatted(message),
                fix == null
                        ? "Maybe the temporary folder (%s) is full or forbids programs; -Djava.io.tmpdir in KEELSON_JAVA_OPTS names another."
                                .formatted(System.getProperty("java.io.tmpdir"))
                        : fix);
    }

    private static @Nullable Project project(Session session, List<Look> looks) {
        try {
            Project project = session.validated();
            looks.add(Look.ok("project", "%s in %s is valid".formatted(project.name(), project.file())));
            return project;
        } catch (KeelsonException e) {
            if (e.code() == ErrorCode.PROJECT_NOT_FOUND) {
                looks.add(new Look(
                        "project",
                        Finding.SKIPPED,
                        "There is no project here.",
                        "Maybe make one: `keelson init DIR --example football`, or name its folder with -C DIR."));
            } else {
                Problem first = e.problems().getFirst();
                looks.add(Look.fault(
                        "project",
                        "%s, the first: %s".formatted(Texts.count(e.problems().size(), "problem"), first.toString()),
                        "Maybe run `keelson validate`, which shows all of them with their places."));
            }
            return null;
        }
    }

    static Look writable(Path folder) {
        try {
            Files.delete(Files.createTempFile(folder, ".keelson-doctor-", ""));
            return Look.ok("state", "%s can be written".formatted(folder));
        } catch (IOException e) {
            return Look.fault(
                    "state",
                    e instanceof AccessDeniedException
                            ? "%s: you may not write there.".formatted(folder)
                            : "%s cannot be written: %s.".formatted(folder, e.getMessage()),
                    "Maybe change its permissions, or put the project elsewhere.");
        }
    }

    static Look disk(Path folder, long leastBytes) {
        try {
            long free = Files.getFileStore(folder).getUsableSpace();
            String text = "%,d MiB are free".formatted(free >> 20);
            return free >= leastBytes
                    ? Look.ok("disk", text)
                    : Look.fault(
                            "disk",
                            "%s; %,d MiB are needed.".formatted(text, leastBytes >> 20),
                            "Maybe free some space, or put the project on another disk.");
        } catch (IOException e) {
            return Look.fault("disk", "Its free space cannot be told: %s.".formatted(e.getMessage()), null);
        }
    }

    private static Look port(int port, @Nullable Project project) {
        Look look = port(port);
        OptionalLong server = project == null || look.finding() == Finding.OK
                ? OptionalLong.empty()
                : ProjectReading.server(project, port);
        return server.isPresent()
                ? Look.ok("port", "%d: this project serves there (process %d)".formatted(port, server.getAsLong()))
                : look;
    }

    static Look port(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return Look.ok("port", "%d is free".formatted(socket.getLocalPort()));
        } catch (IOException e) {
            return Look.fault(
                    "port",
                    "%d cannot be used: %s.".formatted(port, e.getMessage()),
                    "Maybe a Keelson serves there already; `keelson serve --port N` takes another.");
        } catch (IllegalArgumentException e) {
            throw new KeelsonException(
                    ErrorCode.USAGE, "The port (%d) must be between 0 and 65535.".formatted(port), null, e);
        }
    }

    /** Whether the clock tells a time that can be, and about the same as the disk's. */
    static Look clock(InstantSource clock, ZoneId zone, Path folder) {
        Instant now = clock.instant();
        if (now.isBefore(EARLIEST_NOW) || now.isAfter(LATEST_NOW)) {
            return Look.fault(
                    "clock", "It says %s.".formatted(now), "Maybe set it, or let the system keep it by NTP.");
        }
        try {
            Path probe = Files.createTempFile(folder, ".keelson-doctor-", "");
            try {
                Duration skew = Duration.between(Files.getLastModifiedTime(probe).toInstant(), now)
                        .abs();
                if (skew.compareTo(LARGEST_SKEW) > 0) {
                    return Look.fault(
                            "clock",
                            "It differs from that of the disk by %d s.".formatted(skew.toSeconds()),
                            "Maybe the folder lies on another machine whose clock is wrong.");
                }
            } finally {
                Files.delete(probe);
            }
        } catch (IOException e) {
            return Look.ok("clock", "%s, zone %s (not compared with the disk's)".formatted(now, zone));
        }
        return Look.ok("clock", "%s, which is %s in %s".formatted(now, now.atZone(zone).toLocalDateTime(), zone));
    }

    /** Whether the versions that serve, or predict beside, have the files that they were trained to. */
    private static void models(Project project, List<Look> looks) {
        try (ProjectReading reading = ProjectReading.open(project)) {
            for (ModelDefinition model : project.models()) {
                for (String alias : List.of(ModelVersion.CHAMPION, ModelVersion.CHALLENGER)) {
                    reading.alias(model.name(), alias)
                            .ifPresent(version -> looks.add(files(reading, alias + " " + model.name(), version)));
                }
            }
        } catch (KeelsonException e) {
            Problem problem = e.problems().getFirst();
            looks.add(Look.fault("models", problem.message(), problem.hint()));
        }
    }

    private static Look files(ProjectReading reading, String name, ModelVersion version) {
        Run run = reading.run(version.runId()).orElse(null);
        if (run == null) {
            return Look.fault(name, "There is no run (%s) of %s.".formatted(version.runId(), version.label()), null);
        }
        List<String> faults = reading.faults(run);
        return faults.isEmpty()
                ? Look.ok(name, "%s has all its files".formatted(version.label()))
                : Look.fault(
                        name,
                        "%s cannot serve: %s".formatted(version.label(), faults.getFirst()),
                        "Maybe restore the state from a backup, or serve another version: `keelson models rollback %s VERSION`; `keelson runs files %s --verify` shows every file."
                                .formatted(version.model(), run.id()));
    }

    private static Look data(Project project, SourceDefinition source) {
        String name = "data " + source.name();
        if (!(source.origin() instanceof SourceOrigin.Files files)) {
            return Look.ok(name, "%s (asked when it is loaded)".formatted(source.file().text()));
        }
        Path file = project.folder().resolve(source.file().text());
        if (!Files.isRegularFile(file)) {
            try {
                int found = ProjectDatasets.files(project, files).size();
                if (found > 1 || Files.isDirectory(file)) {
                    return Look.ok(name, "%s, %,d files".formatted(source.file().text(), found));
                }
            } catch (KeelsonException e) {
                Problem problem = e.problems().getFirst();
                return Look.fault(name, problem.message(), problem.hint());
            } catch (IOException e) {
                return Look.fault(name, "%s cannot be searched: %s.".formatted(file, e.getMessage()), null);
            }
        }
        if (Files.isReadable(file) && !Files.isDirectory(file)) {
            try {
                return Look.ok(name, "%s, %,d bytes".formatted(source.file().text(), Files.size(file)));
            } catch (IOException e) {
                return Look.fault(name, "%s cannot be read: %s.".formatted(file, e.getMessage()), null);
            }
        }
        return Look.fault(
                name,
                "There is no readable file (%s).".formatted(source.file().text()),
                "Maybe set the variable that the project file names, in the environment or in .env; or simulate a league: `keelson simulate league --out %s`."
                        .formatted(source.file().text()));
    }
}
