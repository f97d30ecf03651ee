package dev.keelson.torch;

import dev.keelson.learn.Learner;
import dev.keelson.learn.ValueLearnerContract;
import dev.keelson.learn.neural.LstmProvider;
import dev.keelson.learn.spi.ModelCodec;
import java.util.Map;

final class LstmValuesTest extends ValueLearnerContract {

    @Override
    protected Learner learner() {
        return new LstmProvider().create(Map.of("units", 8L, "epochs", 12L));
    }

    @Override
    protected ModelCodec codec() {
        return new LstmProvider().codec();
    }
}
