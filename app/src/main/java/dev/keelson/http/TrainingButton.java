package dev.keelson.http;

import dev.keelson.control.retrain.RetrainCampaign;
import dev.keelson.control.retrain.RetrainRequest;
import dev.keelson.control.retrain.Trigger;
import java.util.List;
import java.util.TreeMap;

/** What a person presses to have models trained; what comes of it is a retraining as any other: {@link LoopService#retrain}. */
public enum TrainingButton {
    /** Each model is fitted anew. */
    FULL("retrain", RetrainRequest.Kind.FULL, false),
    /** Each champion goes on from recent rows. */
    INCREMENTAL("update", RetrainRequest.Kind.UPDATE, false),
    /** Each model is checked for drift, and fitted anew where that alarms. */
    AUTO("drift", RetrainRequest.Kind.FULL, true);

    private final String first;
    private final RetrainRequest.Kind kind;
    private final boolean ifDrifted;

    TrainingButton(String first, RetrainRequest.Kind kind, boolean ifDrifted) {
        this.first = first;
        this.kind = kind;
        this.ifDrifted = ifDrifted;
    }

    /** The kind of jobs that take about as long as what it does at least. */
    public String first() {
        return first;
    }

    /**
     * What pressing it asks for.
     *
     * @param models names of models, at least one
     */
    public RetrainCampaign.Asked asked(List<String> models) {
        return new RetrainCampaign.Asked(models, Trigger.MANUAL, kind, new TreeMap<>(), ifDrifted);
    }
}
