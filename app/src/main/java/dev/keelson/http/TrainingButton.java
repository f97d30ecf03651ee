package dev.keelson.http;

import dev.keelson.control.retrain.RetrainCampaign;
import dev.keelson.control.retrain.RetrainRequest;
import dev.keelson.control.retrain.Trigger;
import java.util.List;
import java.util.TreeMap;

/** What a person presses to have models trained; what comes of it is a retraining as any other: {@link LoopService#retrain}. */
public enum TrainingButton {
    /** Each model is fitted anew. */
    FULL("retrain", RetrainRequest.Kind.FULL, Trigger.MANUAL),
    /** Each champion goes on from recent rows. */
    INCREMENTAL("update", RetrainRequest.Kind.UPDATE, Trigger.MANUAL),
    /** As the loop would by itself: fitted anew where a drift check alarms, within cool-down, budget and mode. */
    AUTO("drift", RetrainRequest.Kind.FULL, Trigger.DRIFT);

    private final String first;
    private final RetrainRequest.Kind kind;
    private final Trigger trigger;

    TrainingButton(String first, RetrainRequest.Kind kind, Trigger trigger) {
        this.first = first;
        this.kind = kind;
        this.trigger = trigger;
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
        return new RetrainCampaign.Asked(models, trigger, kind, new TreeMap<>(), trigger == Trigger.DRIFT);
    }
}
