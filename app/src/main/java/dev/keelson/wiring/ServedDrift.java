package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.http.DriftRequest;
import dev.keelson.http.DriftService;
import dev.keelson.http.SimulateRequest;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Comparisons by a project that another process of this machine owns and serves; files are those of its folder.
 *
 * @param base where relative names of files start for who asks
 */
record ServedDrift(OwnerClient owner, Path folder, Path base) implements DriftService {
    @Override
    public void check(DriftRequest request) {
        // the process that owns the project checks what is asked of it
    }

    @Override
    public void check(SimulateRequest request) {
        // as above
    }

    @Override
    public JsonNode compare(DriftRequest request) {
        return owner.post("/api/v1/drift-checks", there(request).toJson());
    }

    @Override
    public JsonNode simulate(SimulateRequest request) {
        SimulateRequest there =
                new SimulateRequest(there(request.drift()), request.changes(), request.seed(), there(request.out()), request.check());
        return owner.post("/api/v1/drift-simulations", there.toJson());
    }

    private DriftRequest there(DriftRequest request) {
        return request.with(there(request.reference()), there(request.current()));
    }

    /** What the folder calls a side; what is no file of it stays as it is. */
    private @Nullable String there(@Nullable String side) {
        return side != null && ProjectDrift.isFileOf(folder, base, side)
                ? ProjectDrift.root(folder).relativize(ProjectDrift.root(base.resolve(side))).toString()
                : side;
    }

    @Override
    public JsonNode acis(@Nullable String model, int days, int minSamples) {
        return owner.get("/api/v1/drift-report?days_lookback=%d&min_samples=%d".formatted(days, minSamples)
                + (model == null ? "" : OwnerClient.address("&model=%s", model)));
    }
}
