package dev.keelson.e2e.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.keelson.http.server.KeelsonServer;
import dev.keelson.wiring.LiveBackend;
import dev.keelson.wiring.RunPipeline;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a predict request allocates, all threads of the process taken together: the client's and the HTTP server's share too. */
final class ServeAllocationIT {
    private static final int ROWS = 4_000;
    private static final int TREES = 20;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"plain, 24000", "stored, 24000"})
    void requestAllocatesLittle(String model, long most) throws Exception {
        InstantSource clock = InstantSource.system();
        var project = BetProject.write(folder, ROWS, TREES, 7);
        RunPipeline.run(project, clock, line -> {});
        List<byte[]> bodies = BetProject.requests(64, model.equals("stored"), 11);
        String path = "/api/v1/models/" + model + "/predict";
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

        try (LiveBackend backend = LiveBackend.open(project, clock);
                KeelsonServer server = KeelsonServer.start(backend, KeelsonServer.DEFAULT_HOST, 0)) {
            LoadGenerator.closed(server.port(), path, bodies, 2, Duration.ofSeconds(3));
            long before = threads.getTotalThreadAllocatedBytes();
            LoadGenerator.Load load = LoadGenerator.closed(server.port(), path, bodies, 2, Duration.ofSeconds(2));
            long bytes = threads.getTotalThreadAllocatedBytes() - before;

            assertThat(bytes / load.nanos().nanos().length).isLessThan(most);
        }
    }
}
