package dev.keelson.e2e.benchmark;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.data.DataLoad;
import dev.keelson.data.LoadReport;
import dev.keelson.data.SourceDefinition;
import dev.keelson.data.SourceReader;
import dev.keelson.data.SourceRows;
import dev.keelson.e2e.ondemand.Arguments;
import dev.keelson.e2e.ondemand.SimulatedProject;
import dev.keelson.e2e.ondemand.Task;
import dev.keelson.store.duckdb.DuckDb;
import dev.keelson.store.duckdb.DuckDbSettings;
import dev.keelson.store.duckdb.ParquetDatasetStore;
import dev.keelson.store.files.FileSourceFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/** A file of matches, parsed, checked, and stored as a dataset version; then the same file again. */
public final class LoadBenchmark implements Task {
    @Override
    public ObjectNode run(Arguments arguments) throws Exception {
        int scale = arguments.number("scale", 1);
        int repeats = arguments.number("repeats", scale == 1 ? 7 : 3);
        try (SimulatedProject simulated = Football.project(arguments, scale)) {
            SourceReader reader = new SourceReader(new FileSourceFiles(simulated.folder()));
            var source = simulated.project().sources().getFirst();
            SourceRows rows = reader.read(source, null);
            Timing parse = Timing.of(1, repeats, () -> reader.read(source, null));
            Timing whole = Timing.of(1, repeats, () -> load(simulated.folder(), reader, source));
            ObjectNode node = JsonNodeFactory.instance.objectNode();
            node.put("rows", rows.read());
            node.put("columns", rows.frame().schema().columns().size());
            node.put("bytes", Files.size(Path.of(source.file().text())));
            node.put("rows_a_second", whole.rate((double) rows.read()));
            node.set("load", whole.millis());
            node.set("parse_alone", parse.millis());
            node.set("again_unchanged", again(simulated.folder(), reader, source, repeats).millis());
            return node;
        }
    }

    private static LoadReport load(Path folder, SourceReader reader, SourceDefinition source)
            throws IOException {
        Path fresh = Files.createTempDirectory(folder, "datasets-");
        try (DuckDb engine = new DuckDb(DuckDbSettings.defaults())) {
            return new DataLoad(new ParquetDatasetStore(fresh, engine)).load(reader, source, null, Instant.EPOCH);
        } finally {
            SimulatedProject.delete(fresh);
        }
    }

    private static Timing again(
            Path folder, SourceReader reader, SourceDefinition source, int repeats) throws Exception {
        try (DuckDb engine = new DuckDb(DuckDbSettings.defaults())) {
            DataLoad load = new DataLoad(new ParquetDatasetStore(folder.resolve("datasets"), engine));
            return Timing.of(1, repeats, () -> load.load(reader, source, null, Instant.EPOCH));
        }
    }
}
