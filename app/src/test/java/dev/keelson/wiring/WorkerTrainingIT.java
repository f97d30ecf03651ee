package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.project.Project;
import dev.keelson.train.ModelDefinition;
import dev.keelson.train.ReinforceDefinition;
import dev.keelson.train.Training;
import dev.keelson.train.TrainingMode;
import dev.keelson.train.TrainingOutcome;
import dev.keelson.train.TrainingRequest;
import dev.keelson.train.TrainingTable;
import dev.keelson.train.TrainingTableFile;
import dev.keelson.train.TrainingWatch;
import dev.keelson.train.TunedSettings;
import dev.keelson.train.UpdateDefinition;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainings in a process of their own, and what becomes of them when it ends otherwise than it should. */
final class WorkerTrainingIT {
    private static final long HOUR = 3_600_000_000L;
    private static final int MEGABYTE = 1 << 20;

    @TempDir
    Path folder;

    private Path scratch;
    private Training training;

    @BeforeEach
    void make() throws IOException {
        TinyLeague.create(folder);
        scratch = folder.resolve(".keelson/scratch");
        training = new Training(Projects.learners(), 1, true, TrainingWatch.NONE);
    }

    private WorkerTraining worker(int megabytes) {
        return new WorkerTraining(folder, Map.of(), scratch, 2, (long) megabytes * MEGABYTE);
    }

    private TrainingRequest request(int rows, int features) {
        Project project = TinyLeague.read(folder);
        ModelDefinition definition = Projects.model(project, "football-1x2");
        Random random = new Random(3);
        double[][] columns = new double[features][rows];
        int[] labels = new int[rows];
        for (int i = 0; i < rows; i++) {
            for (double[] column : columns) {
                column[i] = random.nextInt(20) == 0 ? Double.NaN : random.nextGaussian();
            }
            columns[2][i] = 1 + random.nextInt(2);
            labels[i] = random.nextInt(3);
        }
        long[] times = IntStream.range(0, rows).mapToLong(i -> i * HOUR * 12).toArray();
        TrainingTable table = new TrainingTable(
                new FeatureMatrix(
                        IntStream.range(0, features).mapToObj(j -> "f" + j).toList(),
                        columns,
                        rows,
                        Map.of("f2", Map.of(1.0, "one", 2.0, "two"))),
                labels,
                new double[0],
                times,
                times,
                IntStream.range(0, rows).map(i -> i / 2).toArray(),
                IntStream.range(0, rows).mapToObj(i -> i % 7 == 0 ? null : "L" + i % 2).toArray(String[]::new),
                Map.of(),
                IntStream.range(0, rows).mapToObj(i -> "r" + i).toList(), null, null, null);
        return new TrainingRequest(
                definition,
                table,
                Instant.EPOCH.plus(Duration.ofHours(12L * rows)),
                TrainingRequest.Inputs.of("rows", "features", "code", Map.of("os", "any")),
                new TrainingMode.Full());
    }

    @Test
    void anotherProcessTrainsTheSameModel() throws IOException {
        TrainingRequest request = request(900, 4);

        TrainingOutcome apart = worker(512).run(training, request);
        TrainingOutcome here = training.run(request);

        assertThat(apart.toJson()).isEqualTo(here.toJson());
        assertThat(apart.bundle().listing()).isEqualTo(here.bundle().listing());
        assertThat(scratch).isEmptyDirectory();
    }

    @Test
    void modelGoesOnInAnotherProcessAsItDoesHere() throws IOException {
        TrainingRequest full = request(900, 4);
        TrainingOutcome first = training.run(full);
        UpdateDefinition update = UpdateDefinition.DEFAULT.with(null, 3, null);
        List<TrainingMode> modes = List.of(
                new TrainingMode.Refresh(first.parameters()),
                update(first, update, null),
                update(first, update, new ReinforceDefinition(0.35, 1, Duration.ofDays(90), 3, 2, 0.05)));
        List<String> models = new ArrayList<>();
        for (TrainingMode mode : modes) {
            TrainingRequest request =
                    new TrainingRequest(full.definition(), full.table(), full.asOf(), full.inputs(), mode);

            TrainingOutcome apart = worker(512).run(training, request);
            TrainingOutcome here = training.run(request);

            assertThat(apart.toJson()).as(mode.word()).isEqualTo(here.toJson());
            assertThat(apart.bundle().listing()).as(mode.word()).isEqualTo(here.bundle().listing());
            assertThat(scratch).isEmptyDirectory();
            models.add(apart.bundle().sha256());
        }
        assertThat(models).startsWith(first.bundle().sha256()).doesNotHaveDuplicates();
    }

    private TrainingMode update(TrainingOutcome base, UpdateDefinition update, @Nullable ReinforceDefinition reinforce) {
        return new TrainingMode.Update(
                base.bundle().load(training.codecs()), base.bundle().sha256(), Instant.EPOCH.plus(Duration.ofDays(400)), base.parameters(), update,
                reinforce);
    }

    @Test
    void otherLearnersAndRowsThanThoseOfTheFileAreTrained() {
        TrainingRequest file = request(900, 4);
        ModelDefinition other = TunedSettings.apply(file.definition(), Map.of("max_depth", 3L, "learning_rate", 0.25))
                .ofRows("div = 'E0'");
        TrainingRequest request =
                new TrainingRequest(other, file.table(), file.asOf(), file.inputs(), new TrainingMode.Full());

        TrainingOutcome apart = worker(512).run(training, request);

        assertThat(apart.toJson()).isEqualTo(training.run(request).toJson());
        assertThat(apart.toJson()).isNotEqualTo(training.run(file).toJson());
    }

    @Test
    void whatIsWrongIsToldAsItIsHere() {
        TrainingRequest request = request(20, 4);

        Throwable here = catchThrowable(() -> training.run(request));
        Throwable apart = catchThrowable(() -> worker(512).run(training, request));

        assertThat(here).isInstanceOf(KeelsonException.class);
        assertThat(apart).isInstanceOf(KeelsonException.class).hasMessage(here.getMessage());
    }

    @Test
    void definitionThatChangedMeanwhileIsRefused() throws IOException {
        TrainingRequest request = request(900, 4);
        Path file = folder.resolve("keelson.yaml");
        Files.writeString(file, Files.readString(file).replace("test: 120d", "test: 121d"));

        assertThatThrownBy(() -> worker(512).run(training, request))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("otherwise than when its training began");
    }

    @Test
    void lackOfMemoryEndsTheTrainingAlone() throws IOException {
        TrainingRequest request = request(200_000, 60);

        assertThatThrownBy(() -> worker(64).run(training, request))
                .isInstanceOfSatisfying(
                        KeelsonException.class, error -> assertThat(error.code()).isEqualTo(ErrorCode.WORKER_FAILED))
                .hasMessageContaining("needs more memory than its process has (64 MB); nothing was registered");
        assertThat(scratch).isEmptyDirectory();
    }

    @Test
    void processThatIsKilledIsToldOfAndLeavesNothing() throws IOException {
        TrainingRequest request = request(60_000, 30);

        CompletableFuture<TrainingOutcome> future = CompletableFuture.supplyAsync(() -> worker(1024).run(training, request));
        started().destroyForcibly();

        assertThatThrownBy(future::join)
                .isInstanceOf(CompletionException.class)
                .hasMessageContaining("was ended by signal 9; nothing was registered");
        assertThat(scratch).isEmptyDirectory();
    }

    @Test
    void interruptionEndsTheProcess() throws Exception {
        TrainingRequest request = request(60_000, 30);
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        Thread caller = Thread.ofPlatform()
                .start(() -> thrown.complete(catchThrowable(() -> worker(1024).run(training, request))));
        ProcessHandle child = started();

        caller.interrupt();

        assertThat(thrown.join()).isInstanceOf(CancellationException.class);
        assertThat(child.isAlive()).isFalse();
    }

    /** The process, once there is one. */
    private ProcessHandle started() {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (System.nanoTime() < deadline) {
            Optional<ProcessHandle> child = ProcessHandle.current()
                    .children()
                    .filter(each -> each.info().commandLine().orElse("").contains(scratch.toString()))
                    .findFirst();
            if (child.isPresent()) {
                return child.get();
            }
            LockSupport.parkNanos(5_000_000);
        }
        throw new AssertionError("No process was started.");
    }

    @Test
    void rowsSurviveTheWayToTheBit() throws IOException {
        TrainingTable table = request(50, 3).table();

        byte[] written = bytes(table);
        TrainingTable read = TrainingTableFile.read(new ByteArrayInputStream(written));

        assertThat(bytes(read)).isEqualTo(written);
        assertThat(read.rowIds()).isEqualTo(table.rowIds());
        assertThat(read.segment()).isEqualTo(table.segment());
        assertThat(read.features().categories()).isEqualTo(table.features().categories());
        assertThat(Arrays.stream(read.features().columns()).map(Arrays::hashCode).toList())
                .isEqualTo(Arrays.stream(table.features().columns()).map(Arrays::hashCode).toList());
    }

    private static byte[] bytes(TrainingTable table) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TrainingTableFile.write(table, out);
        return out.toByteArray();
    }
}
