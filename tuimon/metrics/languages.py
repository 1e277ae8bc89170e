"""The words of other languages that trainings print: what they measure, count and are about.

German, French, Spanish, Portuguese, Italian, Polish, Russian, Chinese, Japanese, Korean.
"""

MEASURES = {
    "loss": (
        "verlust verluste perte pertes pérdida perdida perda perdita strata потери потеря"
        " 损失 損失 损失值 손실"
    ),
    "error": "fehler fehlerrate erreur erro errore błąd ошибка 误差 誤差 오차",
    "accuracy": (
        "genauigkeit exactitude précision exactitud precisión acurácia acuracia precisão"
        " accuratezza dokładność точность полнота 准确率 准确度 正确率 精确率 精度 召回率 正解率"
        " 準確率 適合率 再現率 정확도 정밀도 재현율"
    ),
    "reward": "belohnung récompense recompensa ricompensa nagroda награда 奖励 回报 報酬 보상",
    "learning rate": "lernrate 学习率 學習率 学習率 학습률",
    "time": "zeit dauer temps durée tiempo tempo czas время 用时 耗时 时间 時間 시간",
}
"""Kind → words for it."""

SPLITS = {
    "train": (
        "trainings entraînement entrainement entrenamiento treino treinamento addestramento trening"
        " обучение обучения 训练 训练集 訓練 学習 훈련 학습"
    ),
    "val": (
        "validierung validierungs validación validação validazione walidacja валидация валидации"
        " 验证 验证集 驗證 検証 검증"
    ),
    "test": "prueba teste тест тесте 测试 测试集 測試 テスト 테스트",
}
"""Part of the data → words for it."""

COUNTERS = {
    "epoch": "epoche época epoca époque эпоха epoka 轮 轮次 周期 エポック 에포크 에폭",
    "iteration": "itération iteración iteração iterazione итерация 迭代 イテレーション",
    "step": "schritt étape paso passo krok шаг 步 步骤 步数 ステップ 스텝",
    "batch": "lote 批次 バッチ 배치",
    "episode": "épisode episodio episódio эпизод 回合 エピソード 에피소드",
}
"""Unit → words that count it."""
