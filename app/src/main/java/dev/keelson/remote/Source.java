package dev.keelson.remote;

import dev.keelson.registry.tracking.DatasetInput;
import dev.keelson.registry.tracking.Experiment;
import dev.keelson.registry.tracking.LoggedModel;
import dev.keelson.registry.tracking.MetricPoint;
import dev.keelson.registry.tracking.RegisteredModel;
import dev.keelson.registry.tracking.RegisteredVersion;
import dev.keelson.registry.tracking.RunInfo;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * What is imported from: a running server or a folder, as it is there. What cannot be read is told and left out; the rest is
 * read. Not safe for use by several threads.
 */
interface Source extends AutoCloseable {

    /** What is told of something that cannot be read: where it is, and why. */
    @FunctionalInterface
    interface Bad extends BiConsumer<String, String> {}

    /** The same for the same source, also another day. */
    String identity();

    /** All experiments, deleted ones too. */
    List<Experiment> experiments(Bad bad);

    /** All runs of an experiment, deleted ones too, in a stable order. */
    void runs(Experiment experiment, Bad bad, Consumer<FoundRun> each);

    /** All logged models of an experiment that the source tells of, in a stable order; none when it knows no such thing. */
    void loggedModels(Experiment experiment, Bad bad, Consumer<FoundLoggedModel> each);

    /** All registered models with their versions. */
    List<FoundModel> models(Bad bad);

    /** Remarks on what is there and is not imported. */
    List<String> remarks();

    @Override
    void close();

    /** A run that was found and is not read yet. */
    interface FoundRun {
        String id();

        /**
         * Changes when anything of the run changes; empty when that is not known without reading it all.
         *
         * @param files whether files count
         */
        String fingerprint(boolean files);

        /** Reads it, but for points and files. */
        RunFacts read(Bad bad) throws IOException;

        /** Points of a metric, in parts. */
        void points(String key, Bad bad, Consumer<List<MetricPoint>> part) throws IOException;

        /** Its files. */
        void files(Bad bad, FileReader each) throws IOException;
    }

    /** A logged model that was found and is not read yet. */
    interface FoundLoggedModel {
        String id();

        /** Reads it with its metrics, but for files and registrations. */
        LoggedModel read(Bad bad) throws IOException;

        /** Its files. */
        void files(Bad bad, FileReader each) throws IOException;
    }

    /** Reads a file that was found. */
    @FunctionalInterface
    interface FileReader {
        void read(FoundFile file) throws IOException;
    }

    /**
     * A file of a run or a logged model.
     *
     * @param path relative to its artifacts, normal, with {@code /}
     * @param bytes its size; -1 when it is not known
     * @param modifiedMillis when it changed last; -1 when that is not known
     */
    record FoundFile(String path, long bytes, long modifiedMillis, Opener opener) {}

    /** Opens a file. */
    @FunctionalInterface
    interface Opener {
        InputStream open() throws IOException;
    }

    /**
     * A run but for points and files.
     *
     * @param metrics their keys
     * @param modelInputs ids of logged models that it read
     * @param modelOutputs ids of logged models that it made, each with the step
     */
    record RunFacts(
            RunInfo info,
            SortedMap<String, String> params,
            SortedMap<String, String> tags,
            List<DatasetInput> inputs,
            List<String> metrics,
            List<String> modelInputs,
            SortedMap<String, Long> modelOutputs) {
        public RunFacts {
            params = Collections.unmodifiableSortedMap(new TreeMap<>(params));
            tags = Collections.unmodifiableSortedMap(new TreeMap<>(tags));
            inputs = List.copyOf(inputs);
            metrics = List.copyOf(metrics);
            modelInputs = List.copyOf(modelInputs);
            modelOutputs = Collections.unmodifiableSortedMap(new TreeMap<>(modelOutputs));
        }
    }

    /**
     * A registered model with its versions.
     *
     * @param where its place, for reports
     */
    record FoundModel(RegisteredModel model, List<RegisteredVersion> versions, String where) {
        public FoundModel {
            versions = List.copyOf(versions);
        }
    }
}
