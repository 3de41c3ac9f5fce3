"""Words before which a number names an order or a product, in nine languages; folded."""

from data.text.phrases import word_set

ORDERS = word_set(
    """
    order orders invoice invoices parcel parcels package packages shipment shipments shipping
    tracking consignment receipt receipts booking bookings rma return returns po awb bestellung
    bestellungen bestellnr bestell-nr auftrag rechnung rechnungen rechnungs-nr sendung paket
    retoure lieferung lieferschein buchung beleg re-nr rg-nr commande commandes cmd colis facture
    factures suivi livraison expédition retour réservation avoir envoi envois pedido pedidos
    paquete paquetes factura facturas seguimiento envío albarán localizador devolución reserva
    ordine ordini pacco pacchi fattura fatture spedizione spedizioni tracciamento reso ddt
    prenotazione bestelling bestellingen pakket pakketje factuur zending trace tracktrace pakbon
    reservering zamówienie zamówienia zamówieniu zam paczka paczki paczkę przesyłka przesyłki
    przesyłkę faktura faktury fakturę przewozowy przewozowego reklamacja reklamacji zwrot zwrotu
    śledzenia encomenda encomendas pacote pacotes fatura faturas envio rastreio rastreamento fiscal
    devolução compra takip iade irsaliye
    """
)
"""Whole words."""

ORDER_BEGINNINGS = (
    "bestelln", "bestellungs", "auftrags", "rechnungs", "sendungs", "paketn", "lieferscheinn",
    "retourenn", "trackingn", "trackingc", "buchungs", "belegn", "versandn",
    "bestelln", "ordern", "factuurn", "pakketn", "zendingn", "retourn", "ordine",
    "sipariş", "kargo", "gönderi", "fatura", "paket",
)  # fmt: skip
"""Beginnings of compounds and of words with endings."""

OTHERS = word_set(
    """
    case ticket reference ref quote offer contract customer client account article item product
    model serial s sn sku ean gtin upc isbn barcode imei batch lot transaction version firmware
    build error voucher coupon policy application incident protocol vorgang fall aktenzeichen
    vertrag angebot charge produkt art-nr dossier réf référence produit série contrat devis
    code-barres referencia artículo producto modelo serie cliente contrato presupuesto operación
    transacción lote barras expediente pratica riferimento rif articolo prodotto modello matricola
    seriale contratto preventivo transazione lotto barre codice klant offerte streepjescode
    artikelnr referentie zgłoszenie zgłoszenia sprawa seryjny klienta umowy umowa umowę oferta
    oferty ofertę transakcja transakcji produktu kreskowy seria processo protocolo referência
    artigo produto orçamento transação talep ürün seri müşteri sözleşme teklif işlem barkod parti
    referans
    """
)
"""Whole words."""

OTHER_BEGINNINGS = (
    "vorgangs", "artikel", "produktn", "serienn", "kundenn", "vertragsn", "angebots", "transaktion",
    "ticketn", "gutschein", "chargen", "fallnummer", "zaak", "klantn", "contractn", "transactie",
    "dossiern", "serien",
)  # fmt: skip
"""Beginnings of compounds."""

JOINERS = word_set(
    """
    number numbers no nr num id ids code ref numéro numero número nummer numer numery numarası
    numarasi numaram kodu kod código codice seria seriale n is was ist lautet est es è é jest to
    with mit der die das de del du di do da la le el the of suivi série serie seguimiento rastreio
    tracking envio envío seryjny cliente client klienta nº ean ürün trace and en my meine mon ma
    mi mio mijn moje meu con com met z o a code-barres barras przewozowy im spedizione reso retour
    fattura factura fatura
    """
)
"""Words between such a word and its number."""

QUANTITIES = word_set(
    """
    unit units pc pcs piece pieces day days stück stk tage pièce pièces unidades pezzi stuks sztuk
    szt peças adet euro euros dollar dollars pound pounds zł tl eur usd gbp pln zloty lira
    """
)
"""Words after a number that counts something."""
