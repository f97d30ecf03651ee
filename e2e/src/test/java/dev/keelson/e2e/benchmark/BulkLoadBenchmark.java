package dev.keelson.e2e.benchmark;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import dev.keelson.data.CheckDefinition;
import dev.keelson.data.ColumnDefinition;
import dev.keelson.data.DataLoad;
import dev.keelson.data.LoadReport;
import dev.keelson.data.SourceDefinition;
import dev.keelson.data.SourceReader;
import dev.keelson.e2e.ondemand.Arguments;
import dev.keelson.e2e.ondemand.SimulatedProject;
import dev.keelson.e2e.ondemand.Task;
import dev.keelson.error.Located;
import dev.keelson.frame.ColumnType;
import dev.keelson.store.duckdb.DuckDb;
import dev.keelson.store.duckdb.DuckDbSettings;
import dev.keelson.store.duckdb.ParquetDatasetStore;
import dev.keelson.store.files.FileSourceFiles;
import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** The first load of a plain CSV file of six typed columns with rules and checks: parsed, checked, stored, named. */
public final class BulkLoadBenchmark implements Task {
    private static final int TICKERS = 500;
    private static final int ROWS = 100_000;

    @Override
    public ObjectNode run(Arguments arguments) throws Exception {
        int rows = ROWS * arguments.number("scale", 1);
        int repeats = arguments.number("repeats", 3);
        Path folder = Files.createTempDirectory("keelson-bulk-");
        try {
            Path file = folder.resolve("prices.csv");
            write(file, rows);
            SourceReader reader = new SourceReader(new FileSourceFiles(folder));
            OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
            long before = system.getProcessCpuTime();
            Timing whole = Timing.of(1, repeats, () -> load(folder, reader, rows));
            long cpu = system.getProcessCpuTime() - before;
            ObjectNode node = JsonNodeFactory.instance.objectNode();
            node.put("rows", rows);
            node.put("columns", 6);
            node.put("bytes", Files.size(file));
            node.put("rows_a_second", whole.rate(rows));
            node.put("cpu_s_a_call", Timing.rounded(cpu / 1e9 / (1 + repeats)));
            node.put("heap_limit_bytes", Runtime.getRuntime().maxMemory());
            node.set("load", whole.millis());
            return node;
        } finally {
            SimulatedProject.delete(folder);
        }
    }

    private static void write(Path file, int rows) throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            out.write("ticker,at,open,close,volume,venue\n");
            StringBuilder line = new StringBuilder();
            long first = Instant.parse("2019-01-01T00:00:00Z").getEpochSecond();
            long step = Math.max(1, 5L * 365 * 86_400 / Math.max(1, rows / TICKERS));
            for (int i = 0; i < rows; i++) {
                line.setLength(0);
                long open = random.nextLong(100, 100_000);
                line.append('T').append(1000 + i % TICKERS).append(',');
                line.append(Instant.ofEpochSecond(first + i / TICKERS * step)).append(',');
                line.append(open / 100).append('.').append(open % 100 / 10).append(open % 10).append(',');
                line.append(open / 90).append('.').append(random.nextInt(10, 100)).append(',');
                line.append(random.nextInt(1_000_000)).append(',');
                line.append(i % 3 == 0 ? "XNAS" : "XNYS").append('\n');
                out.append(line);
            }
        }
    }

    private static ColumnDefinition column(String name, ColumnType type, @Nullable Double min) {
        return new ColumnDefinition(
                name, type, List.of(), true, min, null, List.of(), null, ColumnDefinition.OnFail.QUARANTINE, null);
    }

    private static LoadReport load(Path folder, SourceReader reader, int rows) throws IOException {
        SourceDefinition source = SourceDefinition.of("prices", Located.of("prices.csv"))
                .key(List.of("ticker", "at"))
                .eventTime("at")
                .columns(List.of(
                        column("ticker", ColumnType.STRING, null),
                        column("at", ColumnType.TIMESTAMP, null),
                        column("open", ColumnType.DOUBLE, 0.0),
                        column("close", ColumnType.DOUBLE, 0.0),
                        column("volume", ColumnType.LONG, 0.0),
                        column("venue", ColumnType.STRING, null)))
                .checks(List.of(
                        new CheckDefinition(CheckDefinition.Severity.BLOCK, Located.of("row_count >= " + rows)),
                        new CheckDefinition(CheckDefinition.Severity.BLOCK, Located.of("duplicate_keys == 0")),
                        new CheckDefinition(CheckDefinition.Severity.WARN, Located.of("missing(close) < 1%"))))
                .build();
        Path fresh = Files.createTempDirectory(folder, "datasets-");
        try (DuckDb engine = new DuckDb(DuckDbSettings.defaults())) {
            return new DataLoad(new ParquetDatasetStore(fresh, engine)).load(reader, source, null, Instant.EPOCH);
        } finally {
            SimulatedProject.delete(fresh);
        }
    }
}
