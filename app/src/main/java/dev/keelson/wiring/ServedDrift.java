package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.http.DriftRequest;
import dev.keelson.http.DriftService;
import dev.keelson.http.SimulateRequest;
import org.jspecify.annotations.Nullable;

/** Comparisons by a project that another process of this machine owns and serves; files are those of its folder. */
record ServedDrift(OwnerClient owner) implements DriftService {
    @Override
    public JsonNode compare(DriftRequest request) {
        return owner.post("/api/v1/drift-checks", request.toJson());
    }

    @Override
    public JsonNode simulate(SimulateRequest request) {
        return owner.post("/api/v1/drift-simulations", request.toJson());
    }

    @Override
    public JsonNode acis(@Nullable String model, int days, int minSamples) {
        return owner.get("/api/v1/drift-report?days_lookback=%d&min_samples=%d".formatted(days, minSamples)
                + (model == null ? "" : OwnerClient.address("&model=%s", model)));
    }
}
