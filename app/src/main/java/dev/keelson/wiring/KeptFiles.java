package dev.keelson.wiring;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.learn.ModelBundle;
import dev.keelson.registry.Run;
import dev.keelson.registry.spi.ArtifactStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Whether a run still has the files that it was stored with. */
final class KeptFiles {
    private KeptFiles() {}

    /** What is wrong with them, one sentence for each fault; none when all are there as they were. */
    static List<String> faults(Run run, ArtifactStore artifacts) {
        List<String> faults = new ArrayList<>();
        for (Run.Artifact artifact : run.artifacts()) {
            if (bytes(artifact, artifacts).isEmpty()) {
                faults.add("The file (%s) of the run (%s) is missing or was changed; its hash is %s."
                        .formatted(artifact.path(), run.id(), artifact.sha256()));
            }
        }
        if (faults.isEmpty()) {
            lost(run, artifacts).ifPresent(faults::add);
        }
        return faults;
    }

    /**
     * What a training wrote and the run no longer lists, as the hash of its model tells that stands beside the list.
     *
     * @return one sentence; empty when nothing is missed, or files that are listed are missing themselves
     */
    static Optional<String> lost(Run run, ArtifactStore artifacts) {
        String trained = run.tags().get(BundleTrainer.MODEL_SHA256);
        if (trained == null) {
            return Optional.empty();
        }
        Map<String, byte[]> files = new HashMap<>();
        for (Run.Artifact artifact : run.artifacts()) {
            if (artifact.path().startsWith(BundleTrainer.BUNDLE)) {
                Optional<byte[]> bytes = bytes(artifact, artifacts);
                if (bytes.isEmpty()) {
                    return Optional.empty();
                }
                files.put(artifact.path().substring(BundleTrainer.BUNDLE.length()), bytes.get());
            }
        }
        if (files.isEmpty()) {
            return Optional.of("The run (%s) no longer lists the files of its model; their hash is %s.".formatted(run.id(), trained));
        }
        String now;
        try {
            now = ModelBundle.of(files).sha256();
        } catch (KeelsonException e) {
            if (e.code() != ErrorCode.STORE_DAMAGED) {
                throw e;
            }
            return Optional.of("The files of the model of the run (%s) are not whole: %s"
                    .formatted(run.id(), e.problems().getFirst().message()));
        }
        return now.equals(trained)
                ? Optional.empty()
                : Optional.of("The files of the model of the run (%s) have the hash %s together, and %s was trained."
                        .formatted(run.id(), now, trained));
    }

    private static Optional<byte[]> bytes(Run.Artifact artifact, ArtifactStore artifacts) {
        try {
            return artifacts.get(artifact.sha256());
        } catch (KeelsonException e) {
            if (e.code() == ErrorCode.STORE_DAMAGED) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
